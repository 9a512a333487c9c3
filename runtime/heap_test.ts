import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { systemHeap } from "./heap.ts";

/** References that are the only ones to their objects. */
function lost(count: number): WeakRef<Record<string, number>>[] {
  return Array.from({ length: count }, (_, i) => new WeakRef({ i }));
}

Deno.test("systemHeap() collects what nothing refers to any more", async () => {
  const refs = lost(100);
  // What a WeakRef was made of lives until the present task is over.
  await setTimeout(0);
  systemHeap().collect();
  assert.deepEqual(refs.filter((ref) => ref.deref() !== undefined), []);
});

Deno.test("systemHeap() leaves no collector where other code finds it", () => {
  systemHeap();
  assert.equal(runInNewContext("typeof gc"), "undefined");
});
