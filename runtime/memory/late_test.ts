import assert from "node:assert/strict";
import { item } from "./contract/subject.ts";
import { ManualClock } from "../manual_clock.ts";
import { FakeMemory } from "./fake_memory.ts";
import { LateMemory } from "./late.ts";
import { observedMemory } from "./observed.ts";

Deno.test("LateMemory opens once, when it is needed", async () => {
  let opens = 0;
  const inner = new FakeMemory();
  const memory = new LateMemory({
    clock: new ManualClock(),
    carrier: "a file",
    open: () => Promise.resolve((opens++, inner)),
  });
  assert.deepEqual([opens, memory.carrier], [0, "a file"]);
  await Promise.all([memory.check(), memory.stats("acme"), memory.forget({ tenant: "acme" })]);
  assert.equal(opens, 1);
});

Deno.test("LateMemory that cannot be opened says why, and is opened again a little later", async () => {
  let opens = 0;
  const clock = new ManualClock();
  const inner = new FakeMemory();
  const memory = new LateMemory({
    clock,
    carrier: "a file",
    open: () =>
      opens++ === 0 ? Promise.reject(new TypeError("Disk is full")) : Promise.resolve(inner),
  });
  const away = { code: "memory_unavailable", message: /a file cannot be used: Disk is full/ };
  await assert.rejects(memory.check(), away);
  await assert.rejects(memory.recall({ text: "x", filter: { tenant: "acme" }, k: 1 }), away);
  assert.equal(opens, 1);
  await clock.advance(5000);
  await memory.check();
  assert.equal(opens, 2);
});

Deno.test("LateMemory that was closed is not opened any more", async () => {
  let opens = 0;
  const memory = new LateMemory({
    clock: new ManualClock(),
    carrier: "a file",
    open: () => Promise.resolve((opens++, new FakeMemory())),
  });
  await memory[Symbol.asyncDispose]();
  await assert.rejects(memory.check(), { code: "memory_unavailable" });
  assert.equal(opens, 0);
});

Deno.test("LateMemory and observedMemory() hand on that nobody waits any more", async () => {
  const inner = new FakeMemory();
  const clock = new ManualClock();
  const ignored = { inc: () => {}, observe: () => {} };
  const late = new LateMemory({ clock, carrier: "a fake", open: () => Promise.resolve(inner) });
  const metrics = { memoryOperationsTotal: ignored, memoryOperationSeconds: ignored };
  const memory = observedMemory(late, { clock, metrics });
  const signal = AbortSignal.abort();
  const given_up = { code: "memory_unavailable", message: /not asked any more/ };
  await assert.rejects(memory.remember([item("m1", "Anna likes tea")], signal), given_up);
  const query = { text: "tea", filter: { tenant: "acme" }, k: 1 };
  await assert.rejects(memory.recall(query, signal), given_up);
  assert.deepEqual(inner.items, []);
});
