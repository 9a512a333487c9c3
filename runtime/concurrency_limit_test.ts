import assert from "node:assert/strict";
import { ConcurrencyLimit } from "./concurrency_limit.ts";

const never = new AbortController().signal;

Deno.test("ConcurrencyLimit.acquire() admits up to its maximum and then in order of arrival", async () => {
  const limit = new ConcurrencyLimit(2);
  const first = await limit.acquire(never);
  await limit.acquire(never);
  const order: number[] = [];
  const third = limit.acquire(never).then((slot) => (order.push(3), slot));
  const fourth = limit.acquire(never).then((slot) => (order.push(4), slot));
  assert.equal(limit.waiting, 2);
  first?.[Symbol.dispose]();
  (await third)?.[Symbol.dispose]();
  await fourth;
  assert.deepEqual(order, [3, 4]);
});

Deno.test("ConcurrencyLimit.acquire() gives up its place in line when the signal aborts", async () => {
  const limit = new ConcurrencyLimit(1);
  const held = await limit.acquire(never);
  const controller = new AbortController();
  const impatient = limit.acquire(controller.signal);
  const patient = limit.acquire(never);
  controller.abort();
  assert.equal(await impatient, null);
  assert.equal(limit.waiting, 1);
  held?.[Symbol.dispose]();
  assert.ok(await patient);
});

Deno.test("ConcurrencyLimit.acquire() gives nothing when the signal has aborted before", async () => {
  const limit = new ConcurrencyLimit(1);
  assert.equal(await limit.acquire(AbortSignal.abort()), null);
  assert.ok(await limit.acquire(never));
});

Deno.test("ConcurrencyLimit counts a slot once when it is disposed of twice", async () => {
  const limit = new ConcurrencyLimit(1);
  const slot = await limit.acquire(never);
  slot?.[Symbol.dispose]();
  slot?.[Symbol.dispose]();
  await limit.acquire(never);
  void limit.acquire(AbortSignal.any([]));
  assert.equal(limit.waiting, 1);
});
