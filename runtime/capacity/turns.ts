/**
 * How many durable turns an engine does: the same turn in many sessions at once, each waiting for its
 * end before the next. A turn is one message, one call of a built-in skill, and two answers of the
 * demo model; every step of it is on the disk before the next begins.
 *
 * It does not measure HTTP, a real model, or skills in the sandbox.
 *
 * @module
 */
import process from "node:process";
import { type Address, isRejection } from "../../actors/behavior.ts";
import { invariant } from "../../actors/invariant.ts";
import { agentSchema } from "../../actors/session/agent.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/port.ts";
import type { Directory } from "../journal/directory_port.ts";
import type { LiveEvents, Watch } from "../streams/port.ts";
import type { CommitCount } from "./commit_count.ts";

/** The parts of a running engine that are used. */
export interface TurnEngine {
  readonly node: Pick<Engine, "submit">;
  readonly live: Pick<LiveEvents, "watch">;
  readonly journal: Pick<Directory, "find">;
  readonly clock: Clock;
}

/** A message that makes the demo model call one skill and report its result. */
export const MESSAGE = '/call calculator {"expression":"6*7"}';

/** The agent: with a small window, so that long runs compact as real sessions do. */
export const AGENT_SPEC = { model: "demo", context_tokens: 4000 } as const;

const AGENT = { name: "assistant", version: 1, spec: agentSchema.parse(AGENT_SPEC) };

/** Turns of each session before the measurement, so that code is compiled and caches are warm. */
export const WARM_TURNS = 5;

/** Milliseconds after a message was sent. */
export interface TurnTimes {
  /** Until its commit was on the disk. */
  readonly taken: number;
  /** Until its turn had ended. */
  readonly ended: number;
}

/** What one run measured. */
export interface TurnFigures {
  /** That had a turn at the same time. */
  readonly sessions: number;
  readonly turns: number;
  readonly turns_per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Commits that one turn waits for, one after the other. */
  readonly commits_per_turn: number;
  readonly events_per_turn: number;
  /** Transactions for one turn. */
  readonly transactions_per_turn: number;
  /** Actors in one transaction. */
  readonly mean_batch: number;
  /** Processor time of this process for one turn. */
  readonly cpu_ms_per_turn: number;
}

/** What to run. */
export interface TurnRun {
  readonly addresses: readonly Address[];
  /** Counts what the engine commits. */
  readonly count: CommitCount;
  /** Called when the turns begin that count. */
  readonly begin?: () => Promise<void>;
  /** Asked before each turn: whether to begin another one. */
  readonly more: () => boolean;
}

/** Starts a session. */
export async function createSession({ node }: TurnEngine, address: Address): Promise<void> {
  const create = { type: "session.create", agent: AGENT, metadata: {} };
  invariant(!isRejection(await node.submit(address, create)), "B1 the session is created");
}

/** Opens a watch of what comes from now on. */
export async function watchTurns(
  { live, journal }: TurnEngine,
  address: Address,
): Promise<Watch> {
  const seq = (await journal.find(address))?.seq ?? 0;
  return await live.watch(address, { seq, n: 0 });
}

/** Sends a message and waits for the end of its turn. */
export async function oneTurn(
  engine: TurnEngine,
  address: Address,
  watch: Watch,
  message_id: string,
): Promise<TurnTimes> {
  const start = engine.clock.monotonic();
  const since = () => engine.clock.monotonic() - start;
  const command = { type: "message.send", message_id, content: MESSAGE, on_busy: null };
  const answer = await engine.node.submit(address, command);
  const taken = since();
  invariant(!isRejection(answer), "B2 the message is taken");
  await turnEnd(engine, address, watch);
  return { taken, ended: since() };
}

async function turnEnd({ journal }: TurnEngine, address: Address, watch: Watch): Promise<void> {
  const { signal } = new AbortController();
  for (;;) {
    const entries = await watch.next(signal);
    invariant(entries !== null, "B3 the watch keeps up");
    // Entries may have been lost; the journal knows whether the turn goes on.
    if (entries.length === 0) {
      if ((await journal.find(address))?.summary.status === "idle") return;
      continue;
    }
    for (const entry of entries) {
      const type = entry.kind === "event" ? entry.event.type : "";
      invariant(type !== "turn.failed", "B4 the turn completes");
      if (type === "turn.completed") return;
    }
  }
}

/** Runs turns in all sessions at once, which must exist, after a few that do not count. */
export async function measureTurns(engine: TurnEngine, run: TurnRun): Promise<TurnFigures> {
  const { addresses, count } = run;
  let warm = addresses.length * WARM_TURNS;
  await runTurns(engine, { addresses, more: () => warm-- > 0 });
  await run.begin?.();
  const before = count.total();
  const [cpu, start] = [process.cpuUsage(), engine.clock.monotonic()];
  const latencies = await runTurns(engine, run);
  const seconds = (engine.clock.monotonic() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { transactions, commits, events } = count.since(before);
  const turns = latencies.length;
  return {
    sessions: addresses.length,
    turns,
    turns_per_second: round(turns / seconds),
    p50_ms: percentile(latencies, 0.5),
    p99_ms: percentile(latencies, 0.99),
    commits_per_turn: round(commits / turns),
    events_per_turn: round(events / turns),
    transactions_per_turn: round(transactions / turns),
    mean_batch: round(commits / transactions),
    cpu_ms_per_turn: round((user + system) / 1000 / turns),
  };
}

/** Each session has one turn after the other. Returns how long each took, sorted. */
async function runTurns(
  engine: TurnEngine,
  { addresses, more }: Pick<TurnRun, "addresses" | "more">,
): Promise<number[]> {
  const latencies: number[] = [];
  await Promise.all(addresses.map(async (address) => {
    await using watch = await watchTurns(engine, address);
    while (more()) {
      const { ended } = await oneTurn(engine, address, watch, `msg_${latencies.length}`);
      latencies.push(ended);
    }
  }));
  return latencies.sort((a, b) => a - b);
}

/** The value below which that share of the sorted values lies; 0 when there is none. */
export function percentile(sorted: readonly number[], share: number): number {
  return round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}

/** Two digits after the point. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
