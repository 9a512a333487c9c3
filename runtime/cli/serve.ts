/**
 * `synapse serve`: runs a node until it is told to stop.
 *
 * @module
 */
import type { Command } from "commander";
import type { RunningNode } from "../compose.ts";
import type { Config } from "../config.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { Cli } from "./cli.ts";
import { CliError } from "./cli_error.ts";
import { EXIT } from "./exit_code.ts";
import { teach } from "./help.ts";
import { readConfig } from "./load_config.ts";

/** The command. */
export function serveCommand(cli: Cli): Command {
  return teach("serve", "Run a node; Ctrl-C or SIGTERM stops it and loses nothing", [
    "serve",
    "serve --port 8001 --metrics-port 9091 --data-dir /var/lib/synapse",
    "serve --config config.yaml",
  ])
    .option("--config <file>", "the configuration file (SYNAPSE_CONFIG)")
    .option("--host <address>", "the address to listen at (SYNAPSE_HOST)")
    .option("--port <port>", "the API's port (SYNAPSE_PORT)")
    .option("--metrics-port <port>", "the metrics' port (SYNAPSE_METRICS_PORT)")
    .option("--data-dir <folder>", "where the journal is (SYNAPSE_DATA_DIR)")
    .action((options) => serve(cli, options));
}

interface ServeOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly metricsPort?: string;
  readonly dataDir?: string;
}

async function serve(cli: Cli, options: ServeOptions): Promise<void> {
  const config = await readConfig(cli.world, {
    SYNAPSE_CONFIG: options.config,
    SYNAPSE_HOST: options.host,
    SYNAPSE_PORT: options.port,
    SYNAPSE_METRICS_PORT: options.metricsPort,
    SYNAPSE_DATA_DIR: options.dataDir,
  });
  // From here on a signal means: stop in good order, also while the node still starts.
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) cli.world.exit(EXIT.interrupted);
    stop.abort();
  };
  const off = [cli.world.onSignal("SIGTERM", onSignal), cli.world.onSignal("SIGINT", onSignal)];
  try {
    const { startNode } = await import("../compose.ts");
    const node = await startNode(config, { signal: stop.signal, env: cli.world.env });
    announce(cli, node);
    const told = aborted(stop.signal).then(() => null);
    const fault = await Promise.race([told, node.superseded.then(() => superseded(config))]);
    await node.stop();
    if (fault !== null) throw fault;
  } catch (error) {
    // Stopped before it had started: that is what was asked for.
    if (!stop.signal.aborted || error !== stop.signal.reason) throw portTaken(error);
  } finally {
    for (const remove of off) remove();
  }
}

/** Two would otherwise go on under one name, this one without doing anything. */
function superseded({ node_id }: Config): SynapseError {
  return new SynapseError(
    "node_superseded",
    `Another process runs under the id of this node, ${node_id}; this one has given everything up. ` +
      "Give each a SYNAPSE_NODE_ID of its own",
    { data: { node: node_id } },
  );
}

/** Says where the node is: to a program as JSON, to a person with something to try next. */
function announce(cli: Cli, node: RunningNode): void {
  const { api_url, metrics_url } = node;
  if (cli.json) return cli.printJson({ api_url, metrics_url, pid: Deno.pid, version: VERSION });
  if (!cli.terminal.watched) return;
  const program = Deno.build.standalone ? "synapse" : "deno task synapse";
  cli.terminal.note(
    welcome({ api_url, metrics_url, program, keyed: node.config.http.api_key !== null }),
  );
}

/** What a person sees when the node is ready. */
export function welcome(
  { api_url, metrics_url, program, keyed }: {
    readonly api_url: string;
    readonly metrics_url: string;
    /** How the command line is called here. */
    readonly program: string;
    /** Whether requests need the key. */
    readonly keyed: boolean;
  },
): string {
  const key = keyed ? ' -H "authorization: Bearer $SYNAPSE_API_KEY"' : "";
  const curl = (path: string, body: string) =>
    `  curl -s${key} -H 'content-type: application/json' \\\n    '${api_url}${path}' -d '${body}'`;
  const call = '{"content":"/call calculator {\\"expression\\":\\"6*7\\"}"}';
  return `
Synapse ${VERSION} listens at ${api_url} (metrics: ${metrics_url})

Try next, in another terminal:
  ${program} chat --url ${api_url}

or over HTTP:
${curl("/api/v1/sessions", '{"id":"first"}')}
${curl("/api/v1/sessions/first/messages?wait=30s", call)}

All of the API: ${api_url}/docs. Ctrl-C stops the node; whatever was accepted goes on when it is back.
`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** A port in use is a fault of the surroundings, not a defect, so it gets words of its own. */
function portTaken(error: unknown): unknown {
  if (!(error instanceof Deno.errors.AddrInUse)) return error;
  return new CliError(`Cannot listen: ${errorMessage(error)}`, {
    exit: EXIT.failed,
    code: "port_in_use",
    hint: "Stop the other program, or choose --port and --metrics-port (0 takes any free one)",
    cause: error,
  });
}
