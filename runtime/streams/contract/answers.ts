/**
 * Clauses on answers to commands that another node accepted.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Answers, HandledCommand } from "../port.ts";

/** Answers under test. */
export interface AnswerSubject extends AsyncDisposable {
  readonly answers: Answers;
  /** Resolves when everything sent so far has arrived. */
  settle(): Promise<void>;
}

/** Opens them. */
export type OpenAnswers = () => Promise<AnswerSubject>;

const handled = (command_id: string): HandledCommand => ({
  address: { tenant: "acme", type: "session", id: "ses_1" },
  command_id,
  reply: { reply: { n: [1, null, "é"] }, repeated: false },
});

/** On answers. */
export const ANSWER_CLAUSES: Readonly<Record<string, (subject: AnswerSubject) => Promise<void>>> = {
  "send() reaches that node whole and in order, and no other": async (subject) => {
    const { answers } = subject;
    const one: HandledCommand[] = [];
    const two: HandledCommand[] = [];
    answers.listen("node_1", (handled) => one.push(handled));
    answers.listen("node_2", (handled) => two.push(handled));
    await subject.settle();
    answers.send("node_1", [handled("a"), handled("b")]);
    answers.send("node_2", [handled("c")]);
    answers.send("node_3", [handled("nobody listens")]);
    answers.send("node_1", []);
    answers.send("node_1", [handled("d")]);
    await subject.settle();
    assert.deepEqual(one, ["a", "b", "d"].map(handled));
    assert.deepEqual(two, [handled("c")]);
  },

  "listen() ends when its function is called": async (subject) => {
    const { answers } = subject;
    const heard: string[] = [];
    const end = answers.listen("node_1", ({ command_id }) => heard.push(command_id));
    await subject.settle();
    end();
    answers.send("node_1", [handled("late")]);
    await subject.settle();
    assert.deepEqual(heard, []);
  },
};
