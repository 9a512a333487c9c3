import assert from "node:assert/strict";
import type { QuestionChange } from "../behavior.ts";
import { questions } from "./questions.ts";
import {
  cancel,
  interrupted,
  judge,
  openSession,
  play,
  propose,
  send,
  type SessionOutcome,
} from "./session_scenario.ts";

const changes = (outcome: SessionOutcome): QuestionChange[] =>
  outcome.decision.events.flatMap(questions);

const risky = { skill: "send_mail", input: { to: "bob" }, risk: 3, idempotent: false };

const details = { call_id: "call_1_0", skill: "send_mail", input: { to: "bob" }, risk: 3 };

const asked = () => play(openSession(), send("m1"), propose(risky));

Deno.test("questions() asks whether a risky call may run", () => {
  assert.deepEqual(changes(asked()), [{ op: "ask", id: "apr_ses_1_6", kind: "skill", details }]);
});

Deno.test("questions() asks how an interrupted call ended", () => {
  const cut = play(asked().then, judge(0, "approve"), interrupted(0));
  assert.deepEqual(changes(cut), [{ op: "ask", id: "apr_ses_1_9", kind: "interrupted", details }]);
});

Deno.test("questions() settles a question with the decision and who made it", () => {
  const input = { to: "eve" };
  const decided = play(asked().then, judge(0, "approve", { input, reason: "safer" }));
  assert.deepEqual(changes(decided), [{
    op: "settle",
    id: "apr_ses_1_6",
    outcome: "approve",
    details: { reason: "safer", input, edited: true, by: "ada" },
  }]);
});

Deno.test("questions() settles each open question of a turn that ended, and no decided one", () => {
  const two = play(openSession(), send("m1"), propose(risky, risky, risky), judge(1, "deny"));
  const cut = play(two.then, cancel());
  const settled = changes(cut).map((
    change,
  ) => [change.op, change.id, "outcome" in change && change.outcome]);
  assert.deepEqual(settled, [
    ["settle", "apr_ses_1_6", "cancelled"],
    ["settle", "apr_ses_1_10", "cancelled"],
  ]);
});

Deno.test("questions() settles open questions of a turn whose time is over", () => {
  const running = play(
    openSession({ budgets: { turn: { wall_ms: 10 } } }),
    send("m1"),
    propose(risky, {}),
  );
  const over = play(running.then.after(10), { type: "turn.expire", turn: 1 });
  assert.deepEqual(changes(over).map(({ id }) => id), ["apr_ses_1_6"]);
});

Deno.test("questions() has nothing to say about other events", () => {
  assert.deepEqual(changes(play(openSession(), send("m1"), propose({}))), []);
});
