/**
 * Clauses on commands that were refused: they may be sent again, by another request.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MailboxRow } from "../port.ts";
import { done, refused } from "./marks.ts";
import { actor, type Clauses, keyOf, mark, row, Writer } from "./subject.ts";

const A = actor("a");

const idsOf = (rows: readonly MailboxRow[]) => rows.map(({ id }) => id);

/** On refused commands. */
export const REFUSAL_CLAUSES: Clauses = {
  "accept() takes a command that was refused, and it waits behind those before it": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const other = row(A, "other", { partition: 3 });
    const again = row(A, "1", { partition: 3, sender: "s2", digest: "new", command: { again: 1 } });
    await journal.accept([row(A, "1")]);
    await journal.take(A, 1, []);
    await writer.write(A, { handled: [refused("1")] });
    assert.deepEqual(await journal.handled(A, "1"), refused("1"));
    assert.deepEqual(await journal.accept([other, again, again]), [
      "accepted",
      "accepted",
      "duplicate",
    ]);
    assert.deepEqual(await journal.accept([again]), ["duplicate"]);
    assert.equal(await journal.handled(A, "1"), null);
    assert.deepEqual((await journal.backlog([1, 2, 3], 10)).map(keyOf), [keyOf(A)]);
    assert.deepEqual(await journal.backlog([1, 2], 10), []);
    assert.deepEqual(
      await journal.take(A, 10, []),
      [other, again].map(({ id, command, sender }) => ({
        address: A,
        id,
        command,
        sender,
        attempts: 1,
      })),
    );
    await writer.write(A, { handled: [done("1")] });
    assert.deepEqual(await journal.handled(A, "1"), { ...done("1"), digest: "new" });
    assert.deepEqual(await journal.accept([again]), ["duplicate"]);
  },

  "accept() takes a command that was refused no second time from the same request": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const first = row(A, "1", { request_id: "r1" });
    const twin = row(A, "2", { request_id: "r1" });
    assert.deepEqual(await journal.accept([first, twin]), ["accepted", "accepted"]);
    await writer.write(A, { events: [1], handled: [refused("1"), done("2")] });
    assert.deepEqual(await journal.accept([first, twin]), ["duplicate", "duplicate"]);
    const kept = await journal.handled(A, "1");
    assert.deepEqual(kept, { ...refused("1"), digest: first.digest });
    assert.deepEqual(idsOf(await journal.take(A, 10, [])), []);
    const other = row(A, "1", { request_id: "r2" });
    assert.deepEqual(await journal.accept([other, other]), ["accepted", "duplicate"]);
    await writer.write(A, { handled: [refused("1")] });
    assert.deepEqual(await journal.accept([other]), ["duplicate"]);
    assert.deepEqual(await journal.accept([row(A, "1")]), ["accepted"]);
  },

  "accept() of one refused command by two at once takes it once": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(A, { handled: [refused("1"), refused("2")] });
    const rows = [row(A, "1"), row(A, "2")];
    const outcomes = await Promise.all(
      [rows, rows.toReversed()].map((some) => journal.accept(some)),
    );
    assert.deepEqual(outcomes.flat().sort(), ["accepted", "accepted", "duplicate", "duplicate"]);
    assert.deepEqual((idsOf(await journal.take(A, 10, []))).sort(), ["1", "2"]);
  },

  "commit() handles a refused command again, and remembers how it ended then": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now();
    await journal.accept([row(A, "1")]);
    const first = [refused("1"), refused("2")];
    await writer.write(A, { handled: first, at: at - 5000 });
    const second = [mark("1", { digest: "e", reply: 1 }), { ...refused("2"), digest: "e" }];
    await writer.write(A, { events: [1], handled: second, at });
    await journal.purge({ handled: at - 1000, closed: null }, 100);
    for (const one of second) assert.deepEqual(await journal.handled(A, one.id), one);
    assert.deepEqual(idsOf(await journal.take(A, 10, [])), []);
    const third = writer.part(A, { handled: [mark("1"), mark("3")] });
    assert.deepEqual(await writer.commit(third), ["duplicate"]);
    assert.deepEqual(await writer.commit(writer.part(A, { handled: [mark("2")] })), ["committed"]);
  },

  "commit() that is left out leaves the mark of a refused command as it is": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(A, { handled: [refused("1"), done("2")] });
    const parts = [
      writer.part(A, { handled: [mark("1"), mark("2")] }),
      { ...writer.part(A, { events: [1], handled: [mark("1")] }), expected_seq: 7 },
    ];
    for (const [i, wanted] of ["duplicate", "conflict"].entries()) {
      assert.deepEqual(await writer.commit(parts[i]!), [wanted]);
      assert.deepEqual(await journal.handled(A, "1"), refused("1"));
    }
  },
};
