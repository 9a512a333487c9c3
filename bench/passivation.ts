/**
 * What sessions cost when nobody talks to them, and how fast one wakes.
 *
 *     deno task bench:passivation [--sessions 10000]
 *
 * Many sessions have one turn each, stay in memory together, and go idle. Then all must leave memory,
 * resident memory must become about what it was, and a session that is spoken to again must answer at
 * once. The limits are those that ship, and nothing but the node itself frees memory. Timed are, one
 * session at a time, from the sending of a message: until its commit is on the disk (which loads the
 * session), and until its turn has ended.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { invariant } from "../actors/invariant.ts";
import type { RunningEngine } from "../runtime/compose.ts";
import {
  createSession,
  oneTurn,
  percentile,
  round,
  type TurnTimes,
} from "../runtime/capacity/turns.ts";
import { DEFAULT_LIMITS } from "../runtime/limits.ts";
import { addressOf, startBenchEngine } from "./bench_engine.ts";

/** Sessions that have their turn at the same time. */
const CONCURRENCY = 64;

/** Sessions that come before the first measurement: any node that works has had as many. */
const WARM_SESSIONS = 100;

/** How long a node rests before its memory is measured, in milliseconds. */
const REST_MS = DEFAULT_LIMITS.idle_ms + 60_000;

/** How often its memory is looked at meanwhile, in milliseconds. */
const LOOK_MS = 1000;

/** Resident memory counts as returned when no more than this is left of the growth, in MiB. */
const RETURNED_MIB = 64;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function turnEach(engine: RunningEngine, ids: string[]): Promise<void> {
  const left = [...ids];
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const address = addressOf(id);
      await createSession(engine, address);
      await using watch = await engine.live.watch(address, { seq: Number.MAX_SAFE_INTEGER, n: 0 });
      await oneTurn(engine, address, watch, "msg_1");
    }
  }));
}

/** Sends a message to a sleeping session. */
async function wake(engine: RunningEngine, id: string): Promise<TurnTimes> {
  const address = addressOf(id);
  await using watch = await engine.live.watch(address, { seq: Number.MAX_SAFE_INTEGER, n: 0 });
  return await oneTurn(engine, address, watch, "msg_2");
}

/** Resident memory each second of a rest, in MiB; the first value is from before it. */
async function rest(): Promise<number[]> {
  const looks = [residentMiB()];
  while (looks.length <= REST_MS / LOOK_MS) {
    await sleep(LOOK_MS);
    looks.push(residentMiB());
  }
  return looks;
}

function residentMiB(): number {
  return round(process.memoryUsage().rss / 2 ** 20);
}

/** Seconds of the rest after which memory stayed at or below a bound; null if it never did. */
function secondsUntil(looks: readonly number[], bound: number): number | null {
  const above = looks.findLastIndex((mib) => mib > bound);
  return above === looks.length - 1 ? null : (above + 1) * LOOK_MS / 1000;
}

/** Wakes `count` of the sessions, one after the other. */
async function wakeSome(engine: RunningEngine, ids: readonly string[], count: number) {
  const woken: TurnTimes[] = [];
  for (let i = 0; i < count; i++) {
    const id = ids[Math.floor((i / count) * ids.length)];
    invariant(id !== undefined, "B4 there are sessions to wake");
    woken.push(await wake(engine, id));
  }
  const taken = woken.map((one) => one.taken).sort((a, b) => a - b);
  const turn = woken.map((one) => one.ended).sort((a, b) => a - b);
  return {
    wake_ms: { p50: percentile(taken, 0.5), p99: percentile(taken, 0.99) },
    turn_after_wake_ms: { p50: percentile(turn, 0.5), p99: percentile(turn, 0.99) },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { sessions: { type: "string", default: "10000" } },
  });
  const ids = Array.from({ length: Number(values.sessions) }, (_, i) => `ses_${i}`);
  await using engine = await startBenchEngine();
  await turnEach(engine, Array.from({ length: WARM_SESSIONS }, (_, i) => `warm_${i}`));
  const before = (await rest()).at(-1) ?? 0;
  const start = performance.now();
  await turnEach(engine, ids);
  const seconds = (performance.now() - start) / 1000;
  const active_before = engine.node.active;
  const looks = await rest();
  const after = looks.at(-1) ?? 0;
  const [active_after, busy] = [engine.node.active, looks[0]];
  const times = await wakeSome(engine, ids, 200);
  console.log(JSON.stringify(
    {
      sessions: ids.length,
      turns_per_second: round(ids.length / seconds),
      active: { before: active_before, after: active_after },
      resident_mib: { before, busy, after, growth: round(after - before) },
      returned_after_seconds: secondsUntil(looks, before + RETURNED_MIB),
      ...times,
    },
    null,
    2,
  ));
}
