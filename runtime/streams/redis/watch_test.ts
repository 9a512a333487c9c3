import assert from "node:assert/strict";
import { ManualClock } from "../../manual_clock.ts";
import type { LiveEntry } from "../port.ts";
import { WAITING_CHARS_MAX } from "../waiting.ts";
import { RedisWatch } from "./watch.ts";

const { signal } = new AbortController();

function delta(seq: number, n: number, text = "x"): LiveEntry {
  return { kind: "delta", cursor: { seq, n }, text, first: n === 1 };
}

function event(seq: number): LiveEntry {
  const body = { seq, type: "noted", v: 1, payload: null, cause: "c", at: 0, hash: "h" };
  return { kind: "event", cursor: { seq, n: 0 }, event: body };
}

function setUp(after = { seq: 0, n: 0 }) {
  const clock = new ManualClock();
  let left = false;
  const watch = new RedisWatch({ clock, after, limit: 8, left: () => left = true });
  return { clock, watch, hasLeft: () => left };
}

Deno.test("RedisWatch gives nothing twice, whether it came before or after what was there", async () => {
  const { watch } = setUp({ seq: 1, n: 1 });
  watch.push([delta(1, 2), delta(1, 3)]);
  watch.begin([event(1), delta(1, 1), delta(1, 2)]);
  watch.push([delta(1, 2), delta(1, 3), delta(1, 4)]);
  assert.deepEqual(watch.kept, [delta(1, 2)]);
  assert.deepEqual(await watch.next(signal), [delta(1, 3), delta(1, 4)]);
});

Deno.test("RedisWatch keeps pieces and resets, and leaves events to the journal", () => {
  const { watch } = setUp();
  const reset: LiveEntry = { kind: "reset", cursor: { seq: 2, n: 1 } };
  watch.begin([event(1), delta(1, 1), event(2), reset]);
  assert.deepEqual(watch.kept, [delta(1, 1), reset]);
});

Deno.test("RedisWatch says when to look into the journal, after what it has", async () => {
  const { watch, clock } = setUp();
  watch.push([event(1)]);
  watch.hint();
  watch.hint();
  assert.deepEqual(await watch.next(signal), [event(1)]);
  assert.deepEqual(await watch.next(signal), []);
  watch.push([{ kind: "large", cursor: { seq: 2, n: 0 } }]);
  assert.deepEqual(await watch.next(signal), []);
  await clock.advance(70);
  assert.equal(watch.quiet_ms, 70);
  const waiting = watch.next(signal);
  watch.hint();
  assert.deepEqual(await waiting, []);
  assert.equal(watch.quiet_ms, 0);
});

Deno.test("RedisWatch ends when too many or too much waits, after an unbroken beginning", async () => {
  const many = setUp();
  for (let n = 1; n <= 20; n++) many.watch.push([delta(1, n)]);
  assert.deepEqual((await many.watch.next(signal))?.length, 8);
  assert.equal(await many.watch.next(signal), null);
  assert.ok(many.hasLeft());

  const much = setUp();
  const text = "x".repeat(WAITING_CHARS_MAX + 1);
  much.watch.push([delta(1, 1, text)]);
  assert.equal((await much.watch.next(signal))?.length, 1);
  for (const n of [2, 3]) much.watch.push([delta(1, n, text)]);
  assert.deepEqual((await much.watch.next(signal))?.map(({ cursor }) => cursor.n), [2]);
  assert.equal(await much.watch.next(signal), null);
});
