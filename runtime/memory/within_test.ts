import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { within } from "./within.ts";

const never = new AbortController().signal;

Deno.test("within() gives the result of work that is in time, and leaves no sleep behind", async () => {
  const clock = new ManualClock();
  assert.equal(await within(clock, 100, never, () => Promise.resolve(7)), 7);
  await clock.yield();
  assert.equal(clock.sleeping, 0);
  const failure = new TypeError("Broken");
  const failed = within(clock, 100, never, () => Promise.reject(failure));
  await assert.rejects(failed, (error) => error === failure);
});

Deno.test("within() tells work that takes too long that it is given up", async () => {
  const clock = new ManualClock();
  let given: AbortSignal | null = null;
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = within(clock, 100, never, (signal) => {
    given = signal;
    return promise;
  });
  late.catch(() => {});
  await clock.advance(99);
  assert.equal(given!.aborted, false);
  await clock.advance(1);
  await assert.rejects(late, {
    code: "memory_unavailable",
    message: "Memory took longer than 100 ms",
  });
  assert.equal(given!.aborted, true);
  resolve();
});

Deno.test("within() gives up when nobody wants the result any more", async () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  let given: AbortSignal | null = null;
  const work = within(clock, 100, caller.signal, (signal) => {
    given = signal;
    return new Promise<void>((_, reject) => {
      signal.addEventListener("abort", () => reject(new TypeError("Broken off")), { once: true });
    });
  });
  caller.abort();
  await assert.rejects(work);
  assert.equal(given!.aborted, true);
});
