import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import type { JournalUnavailable } from "../journal/port.ts";
import { drawPlan, type Journey, Weather } from "./faults.ts";
import { Process } from "./process.ts";
import { Scheduler } from "./scheduler.ts";
import { SeededRandom } from "./seeded_random.ts";
import { Trace } from "./trace.ts";

const JOURNEY: Journey = { there_ms: 1, back_ms: 1, late_ms: 0, done: "in time", error: null };
const LOST = { rolled_back: false } as JournalUnavailable;

function start() {
  const random = new SeededRandom(1);
  const scheduler = new Scheduler(random.fork("scheduler"), systemClock.yield);
  const weather = new Weather(drawPlan(random), random.fork("weather"));
  const trace = new Trace(() => scheduler.now);
  const ended: Process[] = [];
  const process = new Process({
    node: "n1",
    incarnation: "n1.1",
    scheduler,
    random,
    weather,
    trace,
    onEnd: (process) => ended.push(process),
  });
  return { scheduler, process, ended, run: () => scheduler.run(() => false, Infinity) };
}

Deno.test("Process.call() is done by the other side, although its caller died meanwhile", async () => {
  const { scheduler, process, ended, run } = start();
  let done = 0;
  let heard = false;
  const work = () => Promise.resolve(void (done += 1));
  void process.call("commit", JOURNEY, work).then(() => heard = true);
  scheduler.after(0.5, null, () => process.end("dies"));
  await run();
  assert.deepEqual([done, heard, ended.length], [1, false, 1]);
});

Deno.test("Process.call() with a lost answer is done, later or never, as its journey says", async () => {
  for (const [done, times] of [["in time", 1], ["late", 1], ["never", 0]] as const) {
    const { process, run } = start();
    let count = 0;
    const call = process.call("commit", { ...JOURNEY, done, error: LOST }, async () => {
      count += 1;
    });
    const rejected = assert.rejects(call, (error) => error === LOST);
    await run();
    await rejected;
    assert.equal(count, times, done);
  }
});

Deno.test("Process dies at the wait that was chosen, and hears nothing any more", async () => {
  const { process, run, ended } = start();
  const heard: number[] = [];
  process.dieAfter(3);
  for (const n of [1, 2, 3, 4]) void process.clock.sleep(n).then(() => heard.push(n));
  await run();
  assert.equal(process.alive, false);
  assert.deepEqual(heard, []);
  assert.equal(ended.length, 1);
});

Deno.test("Process.request() tells its client that it is silent when it dies", async () => {
  const { scheduler, process, run } = start();
  const outcome = process.request(() => new Promise<void>(() => {}), 60_000);
  scheduler.after(10, null, () => process.end("dies"));
  await run();
  assert.deepEqual(await outcome, { kind: "silence" });
});
