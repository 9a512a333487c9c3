/**
 * What sessions cost when nobody talks to them, and how fast one wakes.
 *
 *     deno task bench:passivation [--sessions 10000]
 *
 * Many sessions have one turn each and go idle. Then all must have left memory, resident memory must
 * be about what it was, and a session that is spoken to again must answer at once. Timed are, one
 * session at a time, from the sending of a message: until its commit is on the disk (which loads the
 * session), and until its turn has ended.
 *
 * Run with `--v8-flags=--expose-gc` (the task does), so that what is measured is what is still
 * needed, not what the collector has not come to yet.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import type { RunningEngine } from "../runtime/compose.ts";
import {
  addressOf,
  createSession,
  oneTurn,
  percentile,
  round,
  startBenchEngine,
  type TurnTimes,
} from "./bench_engine.ts";

/** Sessions that have their turn at the same time. */
const CONCURRENCY = 64;

/** Milliseconds without work after which a session leaves memory, in this benchmark. */
const IDLE_MS = 500;

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

async function residentMiB(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await sleep(100);
  }
  return round(process.memoryUsage().rss / 2 ** 20);
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { sessions: { type: "string", default: "10000" } },
  });
  const sessions = Number(values.sessions);
  const yaml = `limits: { idle_ms: ${IDLE_MS}, live_idle_ms: 1000 }`;
  await using engine = await startBenchEngine({ yaml });
  // What every session needs once (compiled code, caches) does not count against the others.
  await turnEach(engine, Array.from({ length: 500 }, (_, i) => `warm_${i}`));
  await sleep(IDLE_MS * 4);
  const before = await residentMiB();
  const ids = Array.from({ length: sessions }, (_, i) => `ses_${i}`);
  const start = performance.now();
  await turnEach(engine, ids);
  const seconds = (performance.now() - start) / 1000;
  await sleep(IDLE_MS * 4 + 2000);
  const active_after = engine.node.active;
  const after = await residentMiB();
  const woken: TurnTimes[] = [];
  for (let i = 0; i < 200; i++) {
    woken.push(await wake(engine, ids[Math.floor((i / 200) * sessions)] ?? "ses_0"));
  }
  const taken = woken.map((one) => one.taken).sort((a, b) => a - b);
  const turn = woken.map((one) => one.ended).sort((a, b) => a - b);
  console.log(JSON.stringify(
    {
      sessions,
      turns_per_second: round(sessions / seconds),
      active_after,
      resident_mib: { before, after, growth: round(after - before) },
      wake_ms: { p50: percentile(taken, 0.5), p99: percentile(taken, 0.99) },
      turn_after_wake_ms: { p50: percentile(turn, 0.5), p99: percentile(turn, 0.99) },
    },
    null,
    2,
  ));
}
