/**
 * Test support: a node as a process of its own, which can be killed and stopped.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Client } from "../cli/client.ts";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { startProgram } from "./program.ts";

/** How a node is started. */
export interface NodeProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of `deno` up to the main module; as the task `start` has them unless given. */
  readonly launch?: readonly string[];
  /** Arguments of the program; `serve --json` unless given. */
  readonly args?: readonly string[];
}

/** What a node says of itself when it is ready. */
interface Announcement {
  readonly api_url: string;
  readonly metrics_url: string;
  readonly pid: number;
}

/** Ends a start that hangs, in milliseconds. */
const START_MS_MAX = 30_000;

/** A running node. */
export class NodeProcess {
  /** Where the API is. */
  readonly url: string;
  readonly metricsUrl: string;
  /** Milliseconds from the start of the process until it was ready. */
  readonly readyMs: number;
  /** Speaks to it. */
  readonly client: Client;
  /** Resolves when it has ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #said: Announcement;
  readonly #log: Collected;

  private constructor(
    child: Deno.ChildProcess,
    said: Announcement,
    log: Collected,
    setup: { readonly readyMs: number; readonly apiKey: string | null },
  ) {
    this.#child = child;
    this.#said = said;
    this.#log = log;
    this.url = said.api_url;
    this.metricsUrl = said.metrics_url;
    this.readyMs = setup.readyMs;
    const { apiKey } = setup;
    this.client = new Client(this.url, { apiKey, clock: systemClock, entropy: systemEntropy });
    this.ended = child.status;
  }

  /** Starts a node and waits until it is ready; fails with its log if it does not get so far. */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { args = ["serve", "--json"], ...run } = options;
    const begun = systemClock.monotonic();
    const child = startProgram({ args, ...run });
    const log = collect(child.stderr);
    await child.stdin.close();
    const late = new AbortController();
    void systemClock.sleep(START_MS_MAX, late.signal).then(() => {
      if (!late.signal.aborted) signalProcess(child.pid, "SIGKILL");
    });
    const said = await firstDocument(child.stdout);
    late.abort();
    if (said === null) {
      const { code } = await child.status;
      await log.done;
      assert.fail(`Node ended with ${code} before it was ready:\n${log.text()}`);
    }
    const readyMs = systemClock.monotonic() - begun;
    const apiKey = options.env.SYNAPSE_API_KEY ?? null;
    return new NodeProcess(child, said, log, { readyMs, apiKey });
  }

  /** The id of the process that serves. */
  get pid(): number {
    return this.#said.pid;
  }

  /** What it has logged so far. */
  get log(): string {
    return this.#log.text();
  }

  /** Kills it, if it still lives. */
  async kill(): Promise<void> {
    signalProcess(this.pid, "SIGKILL");
    await this.finish();
  }

  /** Stops it in good order. Returns how it ended, and after how many milliseconds. */
  async terminate(): Promise<{ code: number; ms: number }> {
    const begun = systemClock.monotonic();
    signalProcess(this.pid, "SIGTERM");
    const { code } = await this.finish();
    return { code, ms: systemClock.monotonic() - begun };
  }

  /** Waits until it has ended by itself, and its log is whole. */
  async finish(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#log.done;
    return status;
  }
}

/** Sends a signal; one that has ended already needs none. */
function signalProcess(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

interface Collected {
  text(): string;
  readonly done: Promise<void>;
}

function collect(stream: ReadableStream<Uint8Array>): Collected {
  let text = "";
  const done = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) text += decoder.decode(bytes, { stream: true });
  })();
  return { text: () => text, done };
}

/** The first JSON object of a stream: it ends with the first line that is a lone brace. Null if it ends before. */
async function firstDocument(stream: ReadableStream<Uint8Array>): Promise<Announcement | null> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const end = text.indexOf("\n}\n");
    if (end >= 0) return JSON.parse(text.slice(0, end + 2));
  }
  return null;
}
