import assert from "node:assert/strict";
import { isRejection } from "../behavior.ts";
import { decide } from "./decide.ts";
import { pending } from "./pending.ts";
import {
  answer,
  cancel,
  close,
  done,
  interrupted,
  judge,
  LIMITS,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  START,
  types,
} from "./session_scenario.ts";
import { statusOf } from "./state.ts";

const risky = { skill: "send_mail", input: { to: "bob" }, risk: 3, idempotent: false };

/** A risky call that waits for a person. */
const waiting = () => play(openSession(), send("m1"), propose(risky));

Deno.test("decide() asks before a call whose risk is at the threshold, and owes nothing meanwhile", () => {
  const asked = waiting();
  assert.deepEqual(types(asked), ["llm.completed", "skill.requested", "approval.requested"]);
  assert.deepEqual(payloadOf(asked, "approval.requested"), {
    approval_id: "apr_ses_1_6",
    call_id: "call_1_0",
    skill: "send_mail",
    input: { to: "bob" },
    risk: 3,
  });
  assert.equal(statusOf(asked.state), "waiting");
  assert.deepEqual(pending(asked.state), []);
});

Deno.test("decide() starts a call whose risk is below the threshold", () => {
  const started = play(openSession(), send("m1"), propose({ ...risky, risk: 2 }));
  assert.equal(types(started).at(-1), "skill.started");
});

Deno.test("decide() prefers the agent's threshold to the configured one", () => {
  const bold = play(openSession({ risk_threshold: 6 }), send("m1"), propose({ ...risky, risk: 5 }));
  assert.equal(types(bold).at(-1), "skill.started");
  const shy = play(openSession({ risk_threshold: 0 }), send("m1"), propose({ ...risky, risk: 0 }));
  assert.equal(types(shy).at(-1), "approval.requested");
  const configured = openSession({}, { require_approval_for_risk: 5 });
  assert.equal(types(play(configured, send("m1"), propose(risky))).at(-1), "skill.started");
});

Deno.test("decide() starts the call with exactly the input that was approved", () => {
  const approved = play(waiting().then, judge(0, "approve"));
  assert.deepEqual(types(approved), ["approval.decided", "skill.started"]);
  assert.deepEqual(payloadOf(approved, "skill.started"), {
    call_id: "call_1_0",
    input: { to: "bob" },
    key: "session/ses_1:8",
    attempt: 1,
  });
  assert.deepEqual(payloadOf(approved, "approval.decided"), {
    approval_id: "apr_ses_1_6",
    call_id: "call_1_0",
    decision: "approve",
    reason: null,
    input: null,
    edited: false,
    by: "ada",
  });
  assert.deepEqual(approved.decision.reply, { approval_id: "apr_ses_1_6", decision: "approve" });
});

Deno.test("decide() starts the edited input of an approval, even null, and journals both", () => {
  for (const input of [{ to: "eve" }, null, false, ""]) {
    const approved = play(waiting().then, judge(0, "approve", { input }));
    assert.deepEqual(payloadOf(approved, "approval.decided").input, input);
    assert.equal(payloadOf(approved, "approval.decided").edited, true);
    assert.deepEqual(payloadOf(approved, "skill.started").input, input);
    assert.deepEqual(pending(approved.state).map((effect) => effect.input), [
      { call_id: "call_1_0", skill: "send_mail", input, key: "session/ses_1:8", attempt: 1 },
    ]);
  }
});

Deno.test("decide() keeps the edited input when the approved call is run again", () => {
  const again = play(
    waiting().then,
    judge(0, "approve", { input: { to: "eve" } }),
    interrupted(0),
    judge(0, "run_again"),
  );
  assert.deepEqual(payloadOf(again, "skill.started").input, { to: "eve" });
});

Deno.test("decide() tells the model who denied a call and why", () => {
  const denied = play(waiting().then, judge(0, "deny", { reason: "not to Bob" }));
  assert.deepEqual(types(denied), ["approval.decided", "skill.failed"]);
  assert.deepEqual(denied.state.transcript.at(-1), {
    role: "tool",
    call_id: "call_1_0",
    content: "denied: Denied by ada: not to Bob",
    failed: true,
  });
  assert.deepEqual(pending(denied.state).map(({ kind }) => kind), ["model"]);
});

Deno.test("decide() decides each call of an answer on its own", () => {
  const asked = play(openSession(), send("m1"), propose(risky, {}, risky));
  assert.equal(statusOf(asked.state), "running");
  const one = play(asked.then, done(1), judge(2, "deny"));
  assert.equal(statusOf(one.state), "waiting");
  const both = play(one.then, judge(0, "approve"), done(0));
  assert.equal(both.state.turn?.due?.kind, "model");
});

Deno.test("decide() refuses a second decision", () => {
  const first = judge(0, "approve")(waiting().state);
  for (const decision of ["approve", "deny"] as const) {
    const twice = play(waiting().then, first, { ...first, decision });
    assert.equal(twice.rejected, "approval_decided");
    assert.deepEqual(types(twice), []);
  }
});

Deno.test("decide() refuses a decision after the turn ended or the session was closed", () => {
  const decision = judge(0, "approve")(waiting().state);
  assert.equal(play(waiting().then, cancel(), decision).rejected, "approval_decided");
  assert.equal(play(waiting().then, cancel(), send("m2"), decision).rejected, "approval_decided");
  assert.equal(play(waiting().then, close(), decision).rejected, "session_closed");
  const finished = play(waiting().then, decision, done(0), answer("sent"));
  assert.equal(play(finished.then, decision).rejected, "approval_decided");
});

Deno.test("decide() refuses a decision that does not answer the question, and says which do", () => {
  const command = judge(0, "run_again")(waiting().state);
  const facts = { now: START, seq: 6, id: "ses_1", limits: LIMITS, cause: "cmd_1" };
  const refused = decide(waiting().state, command, facts);
  assert.ok(isRejection(refused));
  assert.equal(refused.reject.code, "approval_answer_invalid");
  assert.deepEqual(refused.reject.data, { accepted: ["approve", "deny"] });

  const asked =
    play(openSession(), send("m1"), propose({ idempotent: false }), interrupted(0)).then;
  for (const decision of ["approve", "deny"] as const) {
    assert.equal(play(asked, judge(0, decision)).rejected, "approval_answer_invalid");
  }
});

Deno.test("decide() refuses an input with a decision that has no use for one", () => {
  const input = { to: "eve" };
  assert.equal(
    play(waiting().then, judge(0, "deny", { input })).rejected,
    "approval_answer_invalid",
  );
  const asked = play(waiting().then, judge(0, "approve"), interrupted(0)).then;
  for (const decision of ["run_again", "fail"] as const) {
    assert.equal(play(asked, judge(0, decision, { input })).rejected, "approval_answer_invalid");
  }
});
