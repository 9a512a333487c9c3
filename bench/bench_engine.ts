/**
 * The engine that the benchmarks measure, as it ships: SQLite with synchronous=FULL in a temporary
 * folder, the demo model, the built-in skills.
 *
 * @module
 */
import { type Address, isRejection } from "../actors/behavior.ts";
import { agentSchema } from "../actors/session/agent.ts";
import { invariant } from "../actors/invariant.ts";
import { type RunningEngine, startEngine } from "../runtime/compose.ts";
import { loadConfig } from "../runtime/config.ts";
import type { Journal } from "../runtime/journal/port.ts";
import type { Watch } from "../runtime/streams/port.ts";
import { silentLogger } from "../runtime/telemetry/silent.ts";

/** A message that makes the demo model call one skill and report its result. */
export const MESSAGE = '/call calculator {"expression":"6*7"}';

/** With a small window, so that long runs compact as real sessions do. */
const AGENT = { name: "assistant", version: 1, spec: agentSchema.parse({ context_tokens: 4000 }) };

/** What a benchmark may choose. */
export interface BenchOptions {
  /** A configuration file's text. */
  readonly yaml?: string;
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
      ...(options.yaml ? { SYNAPSE_CONFIG: "bench.yaml" } : {}),
    },
    readFile: () => options.yaml ?? null,
    cwd: folder,
  });
  const engine = started.use(await startEngine(config, { log: silentLogger, ...options }));
  const owned = started.move();
  return { ...engine, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** The address of a session. */
export function addressOf(id: string): Address {
  return { tenant: "default", type: "session", id };
}

/** Starts a session. */
export async function createSession(engine: RunningEngine, address: Address): Promise<void> {
  const answer = await engine.node.submit(address, {
    type: "session.create",
    agent: AGENT,
    metadata: {},
  });
  invariant(!isRejection(answer), "B1 the session is created");
}

/** Milliseconds after a message was sent. */
export interface TurnTimes {
  /** Until its commit was on the disk. */
  readonly taken: number;
  /** Until its turn had ended. */
  readonly ended: number;
}

/** Sends a message and waits for the end of its turn. */
export async function oneTurn(
  engine: RunningEngine,
  address: Address,
  watch: Watch,
  message_id: string,
): Promise<TurnTimes> {
  const start = performance.now();
  const command = { type: "message.send", message_id, content: MESSAGE, on_busy: null };
  const answer = await engine.node.submit(address, command);
  const taken = performance.now() - start;
  invariant(!isRejection(answer), "B2 the message is taken");
  const { signal } = new AbortController();
  for (;;) {
    for (const entry of await watch.next(signal) ?? []) {
      const type = entry.kind === "event" ? entry.event.type : "";
      invariant(type !== "turn.failed", "B3 the turn completes");
      if (type === "turn.completed") return { taken, ended: performance.now() - start };
    }
  }
}

/** The value below which that share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}

/** Two digits after the point. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
