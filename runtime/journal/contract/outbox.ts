/**
 * Clauses on what other systems do not have yet.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Outgoing } from "../port.ts";
import { actor, type Clauses, HOME, mark, Writer } from "./subject.ts";

const A = actor("a");
const B = actor("b", "other");

const seen = (outgoing: readonly Outgoing[]) =>
  outgoing.map(({ address, events }) => `${address.id} ${events.map(({ seq }) => seq)}`);

/** On the outbox. */
export const OUTBOX_CLAUSES: Clauses = {
  "outgoing() has the commits that are to be handed on, whole and in order": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const first = await writer.write(A, { events: [1, { n: 2 }], outgoing: true });
    await writer.write(B, { events: ["not for others"] });
    await writer.write(B, { events: ["b"], outgoing: true });
    await writer.write(A, { events: [3], outgoing: true });
    const outgoing = await journal.outgoing([HOME], 10);
    assert.deepEqual(seen(outgoing), ["a 1,2", "b 2", "a 3"]);
    const events = first.events.map(({ text: _, ...event }) => event);
    assert.deepEqual(outgoing[0]?.events, events);
    assert.deepEqual(outgoing.map(({ address }) => address), [A, B, A]);
    const positions = outgoing.map(({ position }) => position);
    assert.ok(positions[0]! >= 1 && positions[0]! < positions[1]! && positions[1]! < positions[2]!);
    assert.deepEqual(seen(await journal.outgoing([HOME], 2)), ["a 1,2", "b 2"]);
  },

  "outgoing() has nothing of a commit that did not take place, or that has no events": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const fenced = writer.part(A, { events: [1], outgoing: true, epoch: 0 });
    assert.deepEqual(await writer.commit(fenced), ["fenced"]);
    await writer.write(B, { handled: [mark("cmd_1")], outgoing: true });
    assert.deepEqual(await journal.outgoing([HOME], 10), []);
  },

  "outgoing() keeps to the partitions that it is asked for": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(A, { events: [1], outgoing: true, partition: 2 });
    await writer.write(B, { events: [1], outgoing: true, partition: 3 });
    assert.deepEqual(seen(await journal.outgoing([2], 10)), ["a 1"]);
    assert.deepEqual(await journal.outgoing([], 10), []);
    assert.deepEqual(seen(await journal.outgoing([3, 2], 10)), ["a 1", "b 1"]);
  },

  "delivered() forgets up to a position, and positions never come again": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    for (const n of [1, 2, 3]) await writer.write(A, { events: [n], outgoing: true });
    await writer.write(B, { events: [1], outgoing: true, partition: 2 });
    const [, second, third] = await journal.outgoing([HOME], 10);
    await journal.delivered([{ partition: HOME, position: second!.position }]);
    assert.deepEqual(seen(await journal.outgoing([HOME], 10)), ["a 3"]);
    await journal.delivered([{ partition: HOME, position: third!.position }]);
    await journal.delivered([]);
    assert.deepEqual(await journal.outgoing([HOME], 10), []);
    assert.deepEqual(seen(await journal.outgoing([2], 10)), ["b 1"]);
    await writer.release();
    await using again = await subject.reopen();
    const next = await Writer.of(again);
    next.follow(writer);
    await next.write(A, { events: [4], outgoing: true });
    const [fresh] = await again.journal.outgoing([HOME], 10);
    assert.ok(fresh && fresh.position > third!.position);
  },

  "purge() forgets what nobody has taken for too long": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now();
    await writer.write(A, { events: [1], outgoing: true, at: at - 10_000 });
    await writer.write(A, { events: [2], outgoing: true, at });
    await journal.purge({ handled: at - 5000, closed: null }, 100);
    assert.deepEqual(seen(await journal.outgoing([HOME], 10)), ["a 2"]);
  },
};
