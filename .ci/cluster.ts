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
import { Interrupted, Interruption } from "./services/interruption.ts";
import { Server } from "./services/server.ts";
import { ServiceError } from "./services/service_error.ts";
import { startServices } from "./services/services.ts";

/** What a node may do; as the task `start` has it. */
const PERMISSIONS = ["net", "read", "write", "env", "run", "sys"].map((name) => `--allow-${name}`);

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
  { id, port, folder }: { readonly id: string; readonly port: number; readonly folder: string },
  services: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    DATABASE_URL: services.TEST_DATABASE_URL ?? "",
    REDIS_URL: services.TEST_REDIS_URL ?? "",
    SYNAPSE_NODE_ID: id,
    SYNAPSE_HOST: "127.0.0.1",
    SYNAPSE_PORT: String(port),
    SYNAPSE_METRICS_PORT: "0",
    SYNAPSE_DATA_DIR: folder,
    LOG_FORMAT: "pretty",
  };
}

/** Starts one node and waits until it is ready. */
async function startNode(
  id: string,
  port: number,
  services: Readonly<Record<string, string>>,
): Promise<{ readonly server: Server; readonly log: string }> {
  const folder = await Deno.makeTempDir({ prefix: `synapse-${id}-` });
  const variables = Object.entries(nodeVariables({ id, port, folder }, services));
  const url = `http://127.0.0.1:${port}`;
  const server = new Server({
    service: `node ${id}`,
    url,
    port,
    folder,
    account: null,
    command: [
      ...await deathSignalPrefix("SIGTERM"),
      "env",
      ...variables.map(([name, value]) => `${name}=${value}`),
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
  await using undo = new AsyncDisposableStack();
  undo.use(server);
  await server.start();
  undo.move();
  return { server, log: `${folder}/server.log` };
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
  // One after the other: the first makes the tables.
  for (let i = 0; i < options.nodes; i++) {
    interruption.check();
    const port = options.port === 0 ? freePort() : options.port + i;
    const { server, log } = await startNode(`n${i + 1}`, port, variables);
    nodes.use(server);
    console.log(`Node n${i + 1}   ${server.url}  pid ${server.pid}  log ${log}`);
  }
  console.log("Ready: kill and stop nodes as you like; Ctrl-C ends all of it");
  return await interruption.wait();
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (error instanceof Interrupted) Deno.exitCode = error.exitCode;
    else if (error instanceof ServiceError) {
      console.error(error.message);
      Deno.exitCode = 1;
    } else throw error;
  }
}
