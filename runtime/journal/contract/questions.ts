/**
 * Clauses on questions to people: asked and settled by commits.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { QuestionChange } from "../../../actors/behavior.ts";
import { actor, allPages, type Clauses, Writer } from "./subject.ts";

const A = actor("a");
const ask = (id: string): QuestionChange => ({ op: "ask", id, kind: "approval", details: { id } });
const settle = (id: string, outcome = "approve"): QuestionChange => ({
  op: "settle",
  id,
  outcome,
  details: { by: "ann" },
});

/** On questions. */
export const QUESTION_CLAUSES: Clauses = {
  "question() gives a question as it was asked, and how it was settled": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const asked_at = subject.now() - 100;
    await writer.write(A, { events: [1], questions: [ask("q1"), ask("q2")], at: asked_at });
    const pending = {
      id: "q1",
      address: A,
      kind: "approval",
      details: { id: "q1" },
      status: "pending",
      outcome: null,
      asked_at,
      settled_at: null,
    };
    assert.deepEqual(await journal.question("acme", "q1"), pending);
    await writer.write(A, { events: [2], questions: [settle("q1", "deny")], at: asked_at + 50 });
    assert.deepEqual(await journal.question("acme", "q1"), {
      ...pending,
      status: "deny",
      outcome: { by: "ann" },
      settled_at: asked_at + 50,
    });
    assert.equal((await journal.question("acme", "q2"))?.status, "pending");
    assert.equal(await journal.question("acme", "never"), null);
  },

  "question() knows one that was asked and settled in the same commit": async (subject) => {
    const writer = await Writer.of(subject);
    await writer.write(A, { events: [1], questions: [ask("q"), settle("q")] });
    assert.equal((await subject.journal.question("acme", "q"))?.status, "approve");
  },

  "commit() may settle a question that does not exist, which changes nothing": async (subject) => {
    const writer = await Writer.of(subject);
    await writer.write(A, { events: [1], questions: [settle("never")] });
    assert.equal(await subject.journal.question("acme", "never"), null);
  },

  "questions() gives them oldest first, of one status or of all": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    // Ids that would sort otherwise.
    for (const id of ["z", "m", "a", "k", "b"]) {
      await writer.write(actor(`of_${id}`), { events: [1], questions: [ask(id)] });
    }
    await writer.write(actor("of_m"), { events: [2], questions: [settle("m")] });
    await writer.write(actor("of_b"), { events: [2], questions: [settle("b", "deny")] });
    const ids = async (status: string | null) =>
      (await allPages((page) => journal.questions("acme", status, page), 2)).map(({ id }) => id);
    assert.deepEqual(await ids(null), ["z", "m", "a", "k", "b"]);
    assert.deepEqual(await ids("pending"), ["z", "a", "k"]);
    assert.deepEqual(await ids("approve"), ["m"]);
    assert.deepEqual(await ids("other"), []);
  },
};
