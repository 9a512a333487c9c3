/**
 * What every command is given.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import { Client } from "./client.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { nodeUrl } from "./node_url.ts";
import type { Terminal } from "./terminal.ts";

/** The options that every command knows. */
export interface GlobalOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly json?: boolean;
}

/** The world around the command line. */
export interface CliWorld {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** All of the environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls the handler at each such signal until the returned function is called. */
  onSignal(signal: "SIGINT" | "SIGTERM", handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: ExitCode): void;
}

/** One run of the command line. */
export class Cli {
  readonly world: CliWorld;
  /** What the program ends with unless an error says otherwise; a command that found a fault sets it. */
  exit: ExitCode = EXIT.ok;
  #options: GlobalOptions = {};

  constructor(world: CliWorld) {
    this.world = world;
  }

  /** Takes over the global options, once they are parsed. */
  configure(options: GlobalOptions): void {
    this.#options = options;
  }

  get terminal(): Terminal {
    return this.world.terminal;
  }

  /** Whether standard output is for a program. */
  get json(): boolean {
    return this.#options.json ?? false;
  }

  /** Where the node is: `--url`, SYNAPSE_URL, or where SYNAPSE_HOST and SYNAPSE_PORT have it listen. */
  get url(): string {
    const { SYNAPSE_URL, SYNAPSE_HOST, SYNAPSE_PORT } = this.world.env;
    return this.#options.url ??
      (SYNAPSE_URL || nodeUrl(SYNAPSE_HOST || "127.0.0.1", SYNAPSE_PORT || 8000));
  }

  /** Speaks to the node. */
  client(): Client {
    const { clock, entropy, env } = this.world;
    const apiKey = this.#options.apiKey ?? env.SYNAPSE_API_KEY;
    return new Client(this.url, { apiKey: apiKey || null, clock, entropy });
  }

  /** Writes a line to standard output. */
  print(line: string): void {
    this.terminal.write(line + "\n");
  }

  /** Writes one JSON document: indented for people who look at it. */
  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** Shows a result: as JSON with `--json`, else as `text` says. */
  show(value: unknown, text: () => string): void {
    if (this.json) this.printJson(value);
    else this.print(text());
  }
}
