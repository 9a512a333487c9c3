/**
 * `deno task cluster`: a cluster for development, on this machine alone: nodes with a private Postgres
 * and Redis, until it is interrupted. All of it goes with it.
 *
 * Needs permission to run programs, to read where they may be, to write to the temporary folder, and
 * to use the network.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deathSignalPrefix } from "./services/death_signal.ts";
import { freePort } from "./services/free_port.ts";
import { endProgram } from "./services/end_program.ts";
import { Interruption } from "./services/interruption.ts";
import { Server } from "./services/server.ts";
import { ServiceError } from "./services/service_error.ts";
import { startServices } from "./services/services.ts";

/** What a node may do; as the task `start` has it. */
const PERMISSIONS = ["net", "read", "write", "env", "run", "sys"].map((name) => `--allow-${name}`);

/** How often the nodes are looked at, in milliseconds. */
const LOOK_MS = 500;

const MAIN = fileURLToPath(new URL("../runtime/main.ts", import.meta.url));

/** What may be chosen. */
export interface ClusterOptions {
  readonly nodes: number;
  /** Of the first node; the others follow. 0: any free ones. */
  readonly port: number;
}

/** Reads the command line. @throws ServiceError saying what is wrong with it */
export function parseCluster(args: readonly string[]): ClusterOptions {
  const { values } = parseArgs({
    args: args[0] === "--" ? args.slice(1) : [...args],
    options: {
      nodes: { type: "string", default: "3" },
      port: { type: "string", default: "8000" },
    },
  });
  const whole = (name: keyof typeof values, low: number, high: number) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new ServiceError(`--${name} is ${values[name]}, wanted a number from ${low} to ${high}`);
  };
  return { nodes: whole("nodes", 1, 16), port: whole("port", 0, 65_000) };
}

/** The variables of one node. */
export function nodeVariables(
  { id, port, metrics_port, folder }: {
    readonly id: string;
    readonly port: number;
    readonly metrics_port: number;
    readonly folder: string;
  },
  services: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    DATABASE_URL: services.TEST_DATABASE_URL ?? "",
    REDIS_URL: services.TEST_REDIS_URL ?? "",
    SYNAPSE_NODE_ID: id,
    SYNAPSE_HOST: "127.0.0.1",
    SYNAPSE_PORT: String(port),
    SYNAPSE_METRICS_PORT: String(metrics_port),
    SYNAPSE_DATA_DIR: folder,
    LOG_FORMAT: "pretty",
  };
}

/** A node that was started. */
interface ClusterNode {
  readonly id: string;
  readonly server: Server;
  readonly variables: Readonly<Record<string, string>>;
  /** The file. */
  readonly log: string;
}

/** Starts one node and waits until it is ready. */
async function startNode(
  id: string,
  port: number,
  services: Readonly<Record<string, string>>,
): Promise<ClusterNode> {
  const folder = await Deno.makeTempDir({ prefix: `synapse-${id}-` });
  const variables = nodeVariables({ id, port, metrics_port: freePort(), folder }, services);
  const url = `http://127.0.0.1:${port}`;
  const server = await Server.started({
    service: `node ${id}`,
    url,
    port,
    folder,
    account: null,
    command: [
      ...await deathSignalPrefix("SIGTERM"),
      "env",
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      Deno.execPath(),
      "run",
      "--no-prompt",
      ...PERMISSIONS,
      MAIN,
      "serve",
    ],
    stopSignal: "SIGTERM",
    isReady: () => isReady(url),
  });
  return { id, server, variables, log: `${folder}/server.log` };
}

/** Says once of each node that it ended, until it is disposed of. */
function watchNodes(nodes: readonly ClusterNode[], say: (line: string) => void): Disposable {
  const alive = new Set(nodes);
  const timer = setInterval(() => {
    for (const node of alive) {
      if (node.server.pid !== null) continue;
      alive.delete(node);
      say(endOf(node));
    }
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** That a node ended, and the command that starts it again under its name, for a shell. */
export function endOf(
  { id, variables, log }: Pick<ClusterNode, "id" | "variables" | "log">,
): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const words = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
  return `Node ${id} ended; its log is ${log}. Start it again in another terminal, and end it there ` +
    "first: Ctrl-C here does not end it, and takes its services and its folder away:\n" +
    `  ${words.join(" ")} deno task start`;
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ready`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function main(args: readonly string[]): Promise<never> {
  const options = parseCluster(args);
  using interruption = new Interruption();
  await using services = await startServices({});
  await using nodes = new AsyncDisposableStack();
  const { variables } = services;
  console.log(`Postgres  ${variables.TEST_DATABASE_URL}\nRedis     ${variables.TEST_REDIS_URL}`);
  const started: ClusterNode[] = [];
  // One after the other: the first makes the tables.
  for (let i = 0; i < options.nodes; i++) {
    interruption.check();
    const port = options.port === 0 ? freePort() : options.port + i;
    const node = await startNode(`n${i + 1}`, port, variables);
    const { id, server, log } = node;
    nodes.use(server);
    started.push(node);
    const metrics = `http://127.0.0.1:${node.variables.SYNAPSE_METRICS_PORT}/metrics`;
    console.log(`Node ${id}   ${server.url}  metrics ${metrics}  pid ${server.pid}  log ${log}`);
  }
  using _watch = watchNodes(started, console.log);
  console.log("Ready: kill and stop nodes as you like; Ctrl-C ends all of it");
  return await interruption.wait();
}

if (import.meta.main) await endProgram(main);
