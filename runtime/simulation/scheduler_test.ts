import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { Scheduler } from "./scheduler.ts";
import { SeededRandom } from "./seeded_random.ts";

const never = () => false;

function scheduler(seed = 1): Scheduler {
  return new Scheduler(new SeededRandom(seed), systemClock.yield);
}

Deno.test("Scheduler runs events in the order of their times, whatever order they came in", async () => {
  const queue = scheduler();
  const random = new SeededRandom(3);
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    queue.after(random.integer(0, 50), null, () => times.push(queue.now));
  }
  await queue.run(never, Infinity);
  assert.equal(times.length, 200);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
});

Deno.test("Scheduler shuffles events of one moment by its seed, the same way each time", async () => {
  const orderOf = async (seed: number) => {
    const queue = scheduler(seed);
    const order: number[] = [];
    for (let i = 0; i < 20; i++) queue.after(1, null, () => order.push(i));
    await queue.run(never, Infinity);
    return order.join();
  };
  assert.equal(await orderOf(1), await orderOf(1));
  assert.notEqual(await orderOf(1), await orderOf(2));
});

Deno.test("Scheduler lets no time pass before all that is ready has run", async () => {
  const queue = scheduler();
  const steps: string[] = [];
  queue.after(5, null, () => steps.push("later"));
  queue.after(1, null, async () => {
    for (let i = 0; i < 3; i++) {
      await Promise.resolve();
      steps.push(`ready at ${queue.now}`);
    }
  });
  await queue.run(never, Infinity);
  assert.deepEqual(steps, ["ready at 1", "ready at 1", "ready at 1", "later"]);
});

Deno.test("Scheduler drops the events of an owner that ended, and delays those of one that stands still", async () => {
  const queue = scheduler();
  const steps: string[] = [];
  const frozen = { alive: true, frozen_until: 10 };
  queue.after(1, { alive: false, frozen_until: 0 }, () => steps.push("dead"));
  queue.after(2, frozen, () => steps.push(`woken at ${queue.now}`));
  queue.after(3, null, () => steps.push(`nobody's at ${queue.now}`));
  await queue.run(never, Infinity);
  assert.deepEqual(steps, ["nobody's at 3", "woken at 10"]);
});
