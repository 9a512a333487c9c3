import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { FakeMemory } from "./fake_memory.ts";
import { LateMemory } from "./late.ts";

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
