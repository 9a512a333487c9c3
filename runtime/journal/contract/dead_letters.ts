/**
 * Clauses on commands that were put aside.
 *
 * @module
 */
import assert from "node:assert/strict";
import { actor, allPages, type Clauses, mark, row, type Subject, Writer } from "./subject.ts";

const A = actor("a");

const letter = (id: string) => ({
  id,
  command_id: `cmd_${id}`,
  command: { type: "boom", id },
  sender: "api",
  error: "it broke",
  attempts: 5,
});

/** Puts a command of the mailbox aside, as the engine does. */
async function bury(subject: Subject, writer: Writer, id: string, at = subject.now()) {
  await subject.journal.accept([row(A, `cmd_${id}`)]);
  const handled = [mark(`cmd_${id}`, { reply: { reject: "poisoned" } })];
  await writer.write(A, { dead: [letter(id)], handled, at });
}

/** On dead letters. */
export const DEAD_LETTER_CLAUSES: Clauses = {
  "deadLetters() gives what was put aside, oldest first, by pages": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now() - 10;
    for (const id of ["z", "a", "m"]) await bury(subject, writer, id, at);
    const all = await allPages((page) => journal.deadLetters("acme", page), 2);
    assert.deepEqual(
      all,
      ["z", "a", "m"].map((id) => ({ ...letter(id), address: A, at, status: "open" })),
    );
    assert.deepEqual(await journal.take(A, 10, []), []);
  },

  "retryDeadLetter() moves it back into its actor's mailbox, under its own id": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await bury(subject, writer, "d1");
    await journal.accept([row(A, "before")]);
    assert.equal((await journal.retryDeadLetter("acme", "d1"))?.status, "retried");
    const rows = await journal.take(A, 10, []);
    assert.deepEqual(rows.map(({ id, attempts }) => [id, attempts]), [["before", 1], ["d1", 1]]);
    assert.deepEqual(rows[1]?.command, letter("d1").command);
    assert.equal(rows[1]?.sender, "api");
    const { items } = await journal.deadLetters("acme", { cursor: null, limit: 10 });
    assert.deepEqual(items.map(({ status }) => status), ["retried"]);
  },

  "retryDeadLetter() puts it where its actor lives": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(A, { partition: 6, dead: [letter("d1")] });
    await journal.retryDeadLetter("acme", "d1");
    assert.deepEqual(await journal.backlog([6], 10), [A]);
    assert.deepEqual(await journal.backlog([1], 10), []);
  },

  "retryDeadLetter() twice, also at once, brings it back once": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await bury(subject, writer, "d1");
    const retry = () => journal.retryDeadLetter("acme", "d1");
    const answers = await Promise.all([retry(), retry(), retry()]);
    assert.deepEqual(answers.map((found) => found?.status), ["retried", "retried", "retried"]);
    assert.equal((await journal.take(A, 10, [])).length, 1);
    // Also when it was handled meanwhile.
    await writer.write(A, { handled: [mark("d1")] });
    assert.equal((await retry())?.status, "retried");
    assert.deepEqual(await journal.take(A, 10, []), []);
  },

  "retryDeadLetter() gives null for one that does not exist": async ({ journal }) => {
    assert.equal(await journal.retryDeadLetter("acme", "never"), null);
  },
};
