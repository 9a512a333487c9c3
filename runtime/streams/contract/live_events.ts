/**
 * Clauses on live events: kept for a while, followed without a gap, bounded.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import {
  compareCursors,
  type Cursor,
  type LiveEntry,
  type LiveEvents,
  type Watch,
} from "../port.ts";

/** Live events under test. */
export interface LiveSubject extends AsyncDisposable {
  readonly live: LiveEvents;
  /** Entries that are kept for one actor, and that a watcher may be behind. */
  readonly entries_max: number;
  /** How long the entries of a quiet actor are kept, in milliseconds. */
  readonly idle_ms: number;
  /** Lets that many milliseconds pass, and resolves when everything published so far has arrived. */
  pass(ms: number): Promise<void>;
}

/** Opens them. */
export type OpenLive = () => Promise<LiveSubject>;

const A: Address = { tenant: "acme", type: "session", id: "a" };
const START: Cursor = { seq: 0, n: 0 };
const never = new AbortController().signal;

function event(seq: number): LiveEntry {
  const at = 1_700_000_000_000;
  const body = { seq, type: "noted", v: 1, payload: { seq }, cause: "c", at, hash: "h" };
  return { kind: "event", cursor: { seq, n: 0 }, event: body };
}

function delta(seq: number, n: number, text = `${seq}.${n}`): LiveEntry {
  return { kind: "delta", cursor: { seq, n }, text, first: n === 1 };
}

function reset(seq: number, n: number): LiveEntry {
  return { kind: "reset", cursor: { seq, n } };
}

const deltas = (seq: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => delta(seq, from + i));

/** Without the durable events: a stream need not keep those. */
const pieces = (entries: readonly LiveEntry[]) => entries.filter(({ kind }) => kind !== "event");

/** Reads that many entries. */
async function read(watch: Watch, count: number): Promise<LiveEntry[]> {
  const entries: LiveEntry[] = [];
  while (entries.length < count) {
    const more = await watch.next(never);
    assert.ok(more, `Watch ended after ${entries.length} entries, wanted ${count}`);
    entries.push(...more);
  }
  assert.equal(entries.length, count);
  return entries;
}

/** Reads to the end. */
async function readAll(watch: Watch): Promise<LiveEntry[]> {
  const entries: LiveEntry[] = [];
  for (let more = await watch.next(never); more; more = await watch.next(never)) {
    entries.push(...more);
  }
  return entries;
}

/** On live events. */
export const LIVE_CLAUSES: Readonly<Record<string, (subject: LiveSubject) => Promise<void>>> = {
  "watch() gives what follows, of every kind, in order": async ({ live }) => {
    await using watch = await live.watch(A, START);
    assert.deepEqual(watch.kept, []);
    const entries = [event(1), delta(1, 1), delta(1, 2), reset(1, 3), delta(1, 4), event(2)];
    live.publish(A, entries.slice(0, 2));
    for (const entry of entries.slice(2)) live.publish(A, [entry]);
    assert.deepEqual(await read(watch, 6), entries);
  },

  "watch() gives the pieces of the answer under way to one who comes late": async (subject) => {
    const { live } = subject;
    live.publish(A, [event(1)]);
    live.publish(A, deltas(1, 1, 3));
    await subject.pass(0);
    await using watch = await live.watch(A, { seq: 1, n: 0 });
    assert.deepEqual(watch.kept, deltas(1, 1, 3));
    live.publish(A, deltas(1, 4, 5));
    assert.deepEqual(await read(watch, 2), deltas(1, 4, 5));
  },

  "watch() gives one who comes back what it missed, without gap or repeat": async (subject) => {
    const { live } = subject;
    const all = [event(1), ...deltas(1, 1, 4), event(2), ...deltas(2, 1, 4)];
    const first = await live.watch(A, START);
    live.publish(A, all.slice(0, 3));
    const seen = await read(first, 3);
    await first[Symbol.asyncDispose]();
    live.publish(A, all.slice(3, 7));
    await subject.pass(subject.idle_ms / 4);
    live.publish(A, all.slice(7, 8));
    await subject.pass(0);
    await using again = await live.watch(A, seen.at(-1)!.cursor);
    live.publish(A, all.slice(8));
    const rest = await read(again, all.length - 8);
    assert.deepEqual(rest, all.slice(8));
    assert.deepEqual(pieces([...seen, ...again.kept, ...rest]), pieces(all));
    for (const entry of again.kept) {
      const published = all.filter(({ cursor }) => compareCursors(cursor, entry.cursor) === 0);
      assert.deepEqual([entry], published);
    }
  },

  "watch() gives each of several watchers everything": async ({ live }) => {
    await using one = await live.watch(A, START);
    await using two = await live.watch(A, START);
    live.publish(A, [event(1), delta(1, 1)]);
    await using three = await live.watch(A, { seq: 1, n: 0 });
    live.publish(A, [delta(1, 2)]);
    const wanted = [event(1), delta(1, 1), delta(1, 2)];
    assert.deepEqual(await read(one, 3), wanted);
    assert.deepEqual(await read(two, 3), wanted);
    const late = [...three.kept];
    if (late.length < 2) late.push(...await read(three, 2 - late.length));
    assert.deepEqual(late, wanted.slice(1));
  },

  "watch() gives nothing of another actor, or of another tenant's": async (subject) => {
    const { live } = subject;
    await using watch = await live.watch(A, START);
    for (const other of [{ tenant: "globex" }, { type: "schedule" }, { id: "b" }]) {
      await using _ = await live.watch({ ...A, ...other }, START);
      live.publish({ ...A, ...other }, [delta(1, 1, "secret")]);
    }
    live.publish(A, [delta(1, 1)]);
    assert.deepEqual(await read(watch, 1), [delta(1, 1)]);
    await using again = await live.watch(A, START);
    assert.deepEqual(again.kept, [delta(1, 1)]);
  },

  "watch() forgets entries of an actor that nobody has watched for a while": async (subject) => {
    const { live } = subject;
    const first = await live.watch(A, START);
    live.publish(A, [event(1), delta(1, 1)]);
    await first[Symbol.asyncDispose]();
    await subject.pass(subject.idle_ms * 2);
    await using again = await live.watch(A, START);
    assert.deepEqual(again.kept, []);
  },

  "watch() keeps the newest entries of a long answer, and not many more than it may": async (
    subject,
  ) => {
    const { live, entries_max } = subject;
    for (let n = 1; n <= entries_max * 4; n++) live.publish(A, [delta(1, n)]);
    await subject.pass(0);
    await using watch = await live.watch(A, { seq: 1, n: 0 });
    const { kept } = watch;
    assert.ok(kept.length >= entries_max / 2 && kept.length <= entries_max * 2, `${kept.length}`);
    const last = entries_max * 4;
    assert.deepEqual(kept, deltas(1, last - kept.length + 1, last));
  },

  "next() ends a watcher that does not keep up, after an unbroken beginning": async (subject) => {
    const { live, entries_max } = subject;
    await using slow = await live.watch(A, START);
    await using fast = await live.watch(A, START);
    const fastRead: LiveEntry[] = [];
    for (let n = 1; n <= entries_max * 3; n++) {
      live.publish(A, [delta(1, n)]);
      fastRead.push(...await fast.next(never) ?? []);
    }
    const seen = await readAll(slow);
    assert.ok(seen.length <= entries_max, `Held ${seen.length} entries, at most ${entries_max}`);
    assert.deepEqual(seen, deltas(1, 1, seen.length));
    // Its slowness is nobody else's.
    assert.deepEqual(fastRead, deltas(1, 1, entries_max * 3));
    live.publish(A, [event(2)]);
    assert.equal(await slow.next(never), null);
    assert.deepEqual(await read(fast, 1), [event(2)]);
  },

  "next() waits until something comes": async (subject) => {
    await using watch = await subject.live.watch(A, START);
    let got: readonly LiveEntry[] | null | undefined;
    const waiting = watch.next(never).then((entries) => got = entries);
    await subject.pass(1);
    assert.equal(got, undefined);
    subject.live.publish(A, [event(1)]);
    assert.deepEqual(await waiting, [event(1)]);
  },

  "next() returns when its signal aborts, and loses nothing by that": async ({ live }) => {
    await using watch = await live.watch(A, START);
    const controller = new AbortController();
    const waiting = watch.next(controller.signal);
    controller.abort();
    assert.equal(await waiting, null);
    assert.equal(await watch.next(AbortSignal.abort()), null);
    live.publish(A, [event(1)]);
    assert.deepEqual(await read(watch, 1), [event(1)]);
  },

  "close() ends all watches": async ({ live }) => {
    const watches = await Promise.all([live.watch(A, START), live.watch({ ...A, id: "b" }, START)]);
    const waiting = watches.map((watch) => watch.next(never));
    await live.close();
    assert.deepEqual(await Promise.all(waiting), [null, null]);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
  },

  "compareCursors() orders by seq, then by piece": () => {
    const cursors = [[2, 0], [1, 3], [10, 0], [1, 0], [2, 11], [2, 2]]
      .map(([seq, n]) => ({ seq: seq!, n: n! })).sort(compareCursors);
    assert.deepEqual(
      cursors.map(({ seq, n }) => `${seq}.${n}`),
      ["1.0", "1.3", "2.0", "2.2", "2.11", "10.0"],
    );
    return Promise.resolve();
  },
};
