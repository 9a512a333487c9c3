import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { keepHeapLow, LEFT_MIN } from "./idle_heap.ts";

/** Shows the loop these numbers of actors, one a look. Returns the looks (from 0) at which it collected. */
async function collectionsAt(counts: readonly number[]): Promise<number[]> {
  const clock = new ManualClock();
  const stop = new AbortController();
  const collected: number[] = [];
  let look = -1;
  const running = keepHeapLow({
    clock,
    heap: { collect: () => void collected.push(look) },
    node: {
      get active() {
        return counts[++look] ?? 0;
      },
    },
  }, stop.signal);
  while (look < counts.length - 1) await clock.advance(5000);
  stop.abort();
  await running;
  assert.equal(clock.sleeping, 0);
  return collected;
}

Deno.test("keepHeapLow() collects once after many actors left, when no more leave", async () => {
  assert.deepEqual(await collectionsAt([0, 10_000, 10_000, 4000, 100, 0, 0, 0, 0]), [6]);
});

Deno.test("keepHeapLow() collects again after the next load", async () => {
  const load = [5000, 0, 0, 0];
  assert.deepEqual(await collectionsAt([...load, ...load]), [2, 6]);
});

Deno.test("keepHeapLow() does not collect for a few actors", async () => {
  assert.deepEqual(await collectionsAt([LEFT_MIN - 1, 0, 0, 0]), []);
  assert.deepEqual(await collectionsAt([LEFT_MIN, 0, 0, 0]), [2]);
});

Deno.test("keepHeapLow() does not collect while most of the actors stay", async () => {
  assert.deepEqual(await collectionsAt([10_000, 5001, 5001, 5001]), []);
  assert.deepEqual(await collectionsAt([10_000, 5000, 5000, 5000]), [2]);
});

Deno.test("keepHeapLow() waits while the actors come and go", async () => {
  assert.deepEqual(await collectionsAt([8000, 9000, 8500, 9000, 8000, 9000]), []);
});
