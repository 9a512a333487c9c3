/**
 * Clauses on events and snapshots.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Json } from "../../../actors/behavior.ts";
import { verifyChain } from "../hash_chain.ts";
import { actor, type Clauses, mark, row, Writer } from "./subject.ts";

/** Values that a store could bend. */
const AWKWARD: readonly Json[] = [
  null,
  "",
  'it\'s "quoted" \\ and \u0000 \n \u2028',
  "😀 é ẞ",
  [[], {}, [null, true, false]],
  { b: 1, a: { "": "empty key", "ä": 1, __proto__x: 2 } },
  [0, -1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, 0.1],
  "x".repeat(100_000),
];

/** On events and snapshots. */
export const EVENT_CLAUSES: Clauses = {
  "readEvents() gives each event back as it was written": async (subject) => {
    const writer = await Writer.of(subject);
    const address = actor("a");
    const { events } = await writer.write(address, { events: AWKWARD });
    const found = await subject.journal.readEvents(address, 0, 100);
    assert.deepEqual(found, events.map(({ text: _, ...event }) => event));
    assert.deepEqual(verifyChain(address, found).ok, true);
  },

  "readEvents() gives the events after a seq, in order, up to a limit": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(actor("a"), { events: [1, 2, 3] });
    await writer.write(actor("b"), { events: ["b"] });
    await writer.write(actor("a"), { events: [4, 5] });
    const seqs = async (after: number, limit: number) =>
      (await journal.readEvents(actor("a"), after, limit)).map((event) => [
        event.seq,
        event.payload,
      ]);
    assert.deepEqual(await seqs(0, 100), [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]);
    assert.deepEqual(await seqs(1, 2), [[2, 2], [3, 3]]);
    assert.deepEqual(await seqs(5, 10), []);
    assert.deepEqual(await journal.readEvents(actor("nobody"), 0, 10), []);
  },

  "load() gives null for an actor without events": async (subject) => {
    const writer = await Writer.of(subject);
    await writer.write(actor("a"), { handled: [mark("c")] });
    assert.equal(await subject.journal.load(actor("a")), null);
    assert.equal(await subject.journal.load(actor("nobody")), null);
  },

  "load() gives all events when there is no snapshot": async (subject) => {
    const writer = await Writer.of(subject);
    const { events } = await writer.write(actor("a"), { events: [1, 2] });
    const loaded = await subject.journal.load(actor("a"));
    assert.equal(loaded?.snapshot, null);
    assert.equal(loaded?.seq, 2);
    assert.equal(loaded?.hash, events[1]?.hash);
    assert.deepEqual(loaded?.tail.map((event) => event.payload), [1, 2]);
  },

  "load() tells how many commands wait": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(actor("a"), { events: [1] });
    await journal.accept([row(actor("b"), "1")]);
    assert.equal((await journal.load(actor("a")))?.waiting, 0);
    await journal.accept([row(actor("a"), "1"), row(actor("a"), "2")]);
    assert.equal((await journal.load(actor("a")))?.waiting, 2);
    await writer.write(actor("a"), { events: [2], handled: [mark("1")] });
    assert.equal((await journal.load(actor("a")))?.waiting, 1);
  },

  "load() gives the newest snapshot with its version, and only the events after it": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const address = actor("a");
    await writer.write(address, { events: [1, 2], snapshot: { version: 2, state: '{"n":2}' } });
    assert.deepEqual((await journal.load(address))?.tail, []);
    await writer.write(address, { events: [3], snapshot: { version: 1, state: '{"n":3}' } });
    const { events } = await writer.write(address, { events: [4] });
    const loaded = await journal.load(address);
    assert.deepEqual(loaded?.snapshot, { seq: 3, version: 1, state: { n: 3 } });
    assert.deepEqual(loaded?.tail.map((event) => event.seq), [4]);
    assert.equal(loaded?.seq, 4);
    assert.equal(loaded?.hash, events[0]?.hash);
    // The snapshot replaces nothing: the events before it stay.
    assert.equal((await journal.readEvents(address, 0, 10)).length, 4);
  },

  "load() tells a snapshot of null from no snapshot": async (subject) => {
    const writer = await Writer.of(subject);
    await writer.write(actor("a"), { events: [1], snapshot: { version: 1, state: "null" } });
    const loaded = await subject.journal.load(actor("a"));
    assert.deepEqual(loaded?.snapshot, { seq: 1, version: 1, state: null });
    assert.deepEqual(loaded?.tail, []);
  },
};
