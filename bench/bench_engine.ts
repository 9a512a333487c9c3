/**
 * The engine that the benchmarks measure, as it ships: in a temporary folder, with SQLite and
 * synchronous=FULL unless the environment names a database, the demo model, the built-in skills.
 *
 * @module
 */
import type { Address } from "../actors/behavior.ts";
import { type RunningEngine, startEngine } from "../runtime/compose.ts";
import { loadConfig } from "../runtime/config.ts";
import type { Journal } from "../runtime/journal/port.ts";
import { silentLogger } from "../runtime/telemetry/silent.ts";

/** What a benchmark may choose. */
export interface BenchOptions {
  /** A configuration file's text. */
  readonly yaml?: string;
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly wrapJournal?: (journal: Journal) => Journal;
}

/** A new folder, removed in the end with all that is in it. */
export async function benchFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "synapse_bench_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Starts an engine in a new folder, which goes with it. */
export async function startBenchEngine(options: BenchOptions = {}): Promise<RunningEngine> {
  await using started = new AsyncDisposableStack();
  const { path: folder } = started.use(await benchFolder());
  const config = loadConfig({
    env: {
      SYNAPSE_DATA_DIR: folder,
      SYNAPSE_NODE_ID: "bench",
      ...options.env,
      ...(options.yaml ? { SYNAPSE_CONFIG: "bench.yaml" } : {}),
    },
    readFile: () => options.yaml ?? null,
    cwd: folder,
  });
  const { wrapJournal = (journal: Journal) => journal } = options;
  const engine = started.use(await startEngine(config, { log: silentLogger, wrapJournal }));
  const owned = started.move();
  return { ...engine, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The address of a session. */
export function addressOf(id: string): Address {
  return { tenant: "default", type: "session", id };
}
