import assert from "node:assert/strict";
import { ManualClock } from "./manual_clock.ts";

Deno.test("ManualClock.advance() wakes sleepers at their own time and in order", async () => {
  const clock = new ManualClock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => void seen.push(`${name}@${clock.now()}`);
  clock.sleep(30).then(note("late"));
  clock.sleep(10).then(note("early")).then(() => clock.sleep(5)).then(note("again"));
  await clock.advance(20);
  assert.deepEqual(seen, ["early@1010", "again@1015"]);
  assert.equal(clock.now(), 1020);
  assert.equal(clock.monotonic(), 20);
  await clock.advance(10);
  assert.deepEqual(seen.at(-1), "late@1030");
  assert.equal(clock.sleeping, 0);
});

Deno.test("ManualClock.sleep() ends at once when its signal aborts", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const slept = clock.sleep(1000, controller.signal);
  assert.equal(clock.sleeping, 1);
  controller.abort();
  await slept;
  await clock.sleep(1000, controller.signal);
  assert.equal(clock.sleeping, 0);
  assert.equal(clock.monotonic(), 0);
});
