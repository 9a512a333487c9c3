import assert from "node:assert/strict";
import type { Address, Json } from "../../actors/behavior.ts";
import { ManualClock } from "../manual_clock.ts";
import { testAnswers, testLiveEvents, testMailboxes } from "./contract.ts";
import { createLocalStreams, LocalAnswers, LocalLiveEvents, LocalMailboxes } from "./local.ts";
import type { LiveEntry } from "./port.ts";
import { WAITING_CHARS_MAX } from "./waiting.ts";

const LIMITS = { live_entries: 64, live_idle_ms: 1000 };
const A: Address = { tenant: "acme", type: "session", id: "a" };
const START = { seq: 0, n: 0 };

testLiveEvents("Local live events", () => {
  const clock = new ManualClock();
  const live = new LocalLiveEvents({ clock, limits: LIMITS });
  return Promise.resolve({
    live,
    entries_max: LIMITS.live_entries,
    idle_ms: LIMITS.live_idle_ms,
    pass: (ms: number) => clock.advance(ms),
    [Symbol.asyncDispose]: () => live.close(),
  });
});

testMailboxes("Local mailboxes", () =>
  Promise.resolve({
    mailboxes: new LocalMailboxes(),
    settle: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

testAnswers("Local answers", () =>
  Promise.resolve({
    answers: new LocalAnswers(),
    settle: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }));

function delta(seq: number, n: number): LiveEntry {
  return { kind: "delta", cursor: { seq, n }, text: "x", first: n === 1 };
}

function event(seq: number, payload: Json = null): LiveEntry {
  const body = { seq, type: "noted", v: 1, payload, cause: "c", at: 0, hash: "h" };
  return { kind: "event", cursor: { seq, n: 0 }, event: body };
}

/** What a newcomer is given, without leaving a trace of having looked for long. */
async function kept(live: LocalLiveEvents): Promise<number> {
  await using watch = await live.watch(A, START);
  return watch.kept.length;
}

Deno.test("LocalLiveEvents keeps nothing of an actor that nobody watches, but the answer under way", async () => {
  const live = new LocalLiveEvents({ clock: new ManualClock(), limits: LIMITS });
  live.publish(A, [event(1)]);
  live.publish(A, [delta(1, 1), delta(1, 2)]);
  live.publish(A, [event(2)]);
  assert.equal(await kept(live), 0);
  await live.close();
});

Deno.test("LocalLiveEvents gives events to open watches, and keeps none of them", async () => {
  const live = new LocalLiveEvents({ clock: new ManualClock(), limits: LIMITS });
  await using watch = await live.watch(A, START);
  const entries = [event(1), delta(1, 1), event(2)];
  live.publish(A, entries);
  assert.deepEqual(await watch.next(new AbortController().signal), entries);
  await using late = await live.watch(A, START);
  assert.deepEqual(late.kept, [delta(1, 1)]);
  await live.close();
});

Deno.test("LocalLiveEvents ends a watcher for which too much text waits, and no other", async () => {
  const live = new LocalLiveEvents({ clock: new ManualClock(), limits: LIMITS });
  await using slow = await live.watch(A, START);
  await using fast = await live.watch(A, START);
  const { signal } = new AbortController();
  const text = "x".repeat(WAITING_CHARS_MAX / 4);
  for (let seq = 1; seq <= 8; seq++) {
    live.publish(A, [event(seq, text)]);
    assert.equal((await fast.next(signal))?.at(-1)?.cursor.seq, seq);
  }
  assert.deepEqual((await slow.next(signal))?.map(({ cursor }) => cursor.seq), [1, 2, 3]);
  assert.equal(await slow.next(signal), null);
  // One alone may be of any size: it waits nowhere else.
  live.publish(A, [event(9, text.repeat(5))]);
  assert.equal((await fast.next(signal))?.length, 1);
  await live.close();
});

Deno.test("LocalLiveEvents counts its time from when the last watcher left", async () => {
  const clock = new ManualClock();
  const live = new LocalLiveEvents({ clock, limits: LIMITS });
  const watch = await live.watch(A, START);
  await clock.advance(LIMITS.live_idle_ms * 3);
  live.publish(A, [event(1), delta(1, 1)]);
  await watch[Symbol.asyncDispose]();
  await clock.advance(LIMITS.live_idle_ms - 1);
  assert.equal(await kept(live), 1);
  // Looking was a watch as well.
  await clock.advance(LIMITS.live_idle_ms - 1);
  assert.equal(await kept(live), 1);
  await clock.advance(LIMITS.live_idle_ms * 2);
  assert.equal(await kept(live), 0);
  await live.close();
});

Deno.test("LocalLiveEvents stops its clock when it closes", async () => {
  const clock = new ManualClock();
  const live = new LocalLiveEvents({ clock, limits: LIMITS });
  assert.equal(clock.sleeping, 1);
  await live.close();
  await clock.yield();
  assert.equal(clock.sleeping, 0);
});

Deno.test("createLocalStreams() has watchers look into the journal when there may be other nodes", async () => {
  const clock = new ManualClock();
  await using streams = createLocalStreams({ clock, limits: LIMITS, alone: false });
  await using watch = await streams.live.watch(A, START);
  assert.equal(streams.carries(), false);
  const { signal } = new AbortController();
  const looks = [watch.next(signal)];
  await clock.advance(300);
  assert.deepEqual(await looks[0], []);
  looks.push(watch.next(signal));
  streams.live.publish(A, [event(1)]);
  assert.deepEqual(await looks[1], [event(1)]);
});

Deno.test("createLocalStreams() lets watchers wait when the node is alone", async () => {
  const clock = new ManualClock();
  await using streams = createLocalStreams({ clock, limits: LIMITS, alone: true });
  await using watch = await streams.live.watch(A, START);
  assert.equal(streams.carries(), true);
  const seen: unknown[] = [];
  const stopped = new AbortController();
  const next = watch.next(stopped.signal).then((entries) => seen.push(entries));
  await clock.advance(10_000);
  assert.deepEqual(seen, []);
  stopped.abort();
  await next;
  assert.deepEqual(seen, [null]);
});
