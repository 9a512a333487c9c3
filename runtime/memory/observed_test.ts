import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import { ManualClock } from "../manual_clock.ts";
import { FakeMemory } from "./fake_memory.ts";
import { observedMemory } from "./observed.ts";

Deno.test("observedMemory() counts each operation with its outcome, and measures its time", async () => {
  const seen: unknown[] = [];
  const note = (...what: unknown[]) => void seen.push(what);
  const inner = new FakeMemory();
  const memory = observedMemory(inner, {
    clock: new ManualClock(),
    metrics: {
      memoryOperationsTotal: { inc: note },
      memoryOperationSeconds: { observe: note },
    },
  });
  await memory.check();
  await memory.remember([]);
  inner.away = "Index is down";
  await assert.rejects(memory.stats("acme"), { code: "memory_unavailable" });
  inner.away = null;
  inner.failure = new SynapseError("invalid_request", "No");
  await assert.rejects(memory.forget({ tenant: "acme" }));
  assert.deepEqual(seen, [
    [{ op: "remember", outcome: "ok" }],
    [{ op: "remember" }, 0],
    [{ op: "stats", outcome: "unavailable" }],
    [{ op: "stats" }, 0],
    [{ op: "forget", outcome: "failed" }],
    [{ op: "forget" }, 0],
  ]);
  assert.equal(memory.carrier, inner.carrier);
});
