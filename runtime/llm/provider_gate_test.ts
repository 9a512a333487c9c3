import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { assertFails } from "./contract.ts";
import { ModelError, type ModelErrorDetails } from "./port.ts";
import { ProviderGate } from "./provider_gate.ts";

const never = new AbortController().signal;
const failing = (details: ModelErrorDetails) => () =>
  Promise.reject(new ModelError("Failed", details));
const FAULT: ModelErrorDetails = { kind: "connection", retryable: true };
const OPEN: ModelErrorDetails = { kind: "breaker_open", retryable: true, retry_after_ms: 1000 };

function setUp(max_concurrency = 10) {
  const clock = new ManualClock();
  const breaker = { faults: 2, open_ms: 1000 };
  const gate = new ProviderGate("a", { max_concurrency, breaker, clock });
  const open = async () => {
    for (let i = 0; i < breaker.faults; i++) {
      await assertFails(gate.run(never, failing(FAULT)), FAULT);
    }
  };
  return { clock, gate, open };
}

Deno.test("ProviderGate.run() opens on faults of the provider, not on its refusals", async () => {
  const { gate, open } = setUp();
  const refusals: ModelErrorDetails[] = [
    { kind: "status", status: 429, retryable: true },
    { kind: "status", status: 400, retryable: false },
    { kind: "cancelled", retryable: false },
  ];
  for (const details of [...refusals, ...refusals]) {
    await assertFails(gate.run(never, failing(details)), details);
  }
  await open();
  await assertFails(gate.run(never, () => Promise.resolve("unreached")), OPEN);
});

Deno.test("ProviderGate.run() lets one of many calls try after the wait", async () => {
  const { clock, gate, open } = setUp();
  await open();
  await clock.advance(1000);
  const trying = Promise.withResolvers<string>();
  const first = gate.run(never, () => trying.promise);
  const others = [1, 2].map(() => gate.run(never, () => Promise.resolve("unreached")));
  for (const other of others) await assertFails(other, OPEN);
  trying.resolve("works");
  assert.equal(await first, "works");
  assert.equal(await gate.run(never, () => Promise.resolve("open again")), "open again");
});

Deno.test("ProviderGate.run() refuses those who waited in line while it opened", async () => {
  const { gate } = setUp(1);
  const calls = [failing(FAULT), failing(FAULT), () => Promise.resolve("unreached")];
  const [first, second, third] = calls.map((call) => gate.run(never, call));
  await assertFails(first!, FAULT);
  await assertFails(second!, FAULT);
  await assertFails(third!, OPEN);
});
