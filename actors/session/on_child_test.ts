import assert from "node:assert/strict";
import type { Json } from "../behavior.ts";
import { pending } from "./pending.ts";
import {
  answer,
  cancel,
  close,
  done,
  failModel,
  found,
  judge,
  newSession,
  openSession,
  payloadOf,
  play,
  propose,
  reply,
  sampleAgent,
  send,
  sends,
  START,
  types,
  USAGE,
} from "./session_scenario.ts";
import { statusOf } from "./state.ts";

const delegate = { skill: "delegate", input: { agent: "writer", task: "Write it" }, risk: 1 };

/** The model delegated; the agent is being looked up. */
const asked = (...limits: Parameters<typeof openSession>) =>
  play(openSession(...limits), send("m1"), propose(delegate));

/** A session that waits for one child. */
const waiting = () => play(asked().then, found(0)).then;

/** A child with its task begun. */
const child = () =>
  play(newSession({}, "ses_1~7"), {
    type: "session.spawn",
    agent: sampleAgent(),
    parent: { id: "ses_1", call_id: "call_1_0", depth: 1 },
    task: { message_id: "msg_1", content: "Write it" },
  });

Deno.test("decide() first has the agent looked up to which a call delegates", () => {
  const outcome = asked();
  assert.deepEqual(types(outcome), ["llm.completed", "skill.requested", "skill.started"]);
  assert.deepEqual(pending(outcome.state), [{
    id: "call_1_0/1",
    kind: "agent",
    policy: "retry",
    input: { call_id: "call_1_0", agent: "writer" },
  }]);
});

Deno.test("decide() makes a session for the call, and owes nothing while that works", () => {
  const spawned = play(asked().then, found(0));
  assert.deepEqual(types(spawned), ["child.spawned"]);
  const { child_id, ...event } = payloadOf(spawned, "child.spawned");
  assert.equal(child_id, "ses_1~7");
  assert.deepEqual(event, { call_id: "call_1_0", agent: "writer", agent_version: 3, depth: 1 });
  assert.deepEqual(sends(spawned), [["session/ses_1~7", {
    type: "session.spawn",
    agent: { ...sampleAgent(), name: "writer", version: 3 },
    parent: { id: "ses_1", call_id: "call_1_0", depth: 1 },
    task: { message_id: "msg_ses_1~7", content: "Write it" },
  }]]);
  assert.deepEqual(pending(spawned.state), []);
  assert.equal(statusOf(spawned.state), "running");
  assert.equal(spawned.state.children, 1);
});

Deno.test("decide() takes a child's answer as the call's result, and counts what it used", () => {
  const outcome = play(waiting().after(500), reply(0));
  assert.deepEqual(types(outcome), ["child.replied", "skill.completed"]);
  assert.deepEqual(payloadOf(outcome, "child.replied"), {
    call_id: "call_1_0",
    child_id: "ses_1~7",
    outcome: "completed",
    usage: USAGE,
  });
  const { output, via, ms } = payloadOf(outcome, "skill.completed");
  assert.deepEqual([output, via, ms], ["reply 0", "message", 500]);
  assert.deepEqual(pending(outcome.state).map(({ kind }) => kind), ["model"]);
  assert.equal(outcome.state.usage.cost_usd, 2 * USAGE.cost_usd);
});

Deno.test("decide() fails the call with the reason for which a child did not complete its task", () => {
  const error = { code: "budget_exceeded", message: "The turn's budget is used up" };
  const outcome = play(waiting(), reply(0, { outcome: "failed", text: "", error }));
  assert.deepEqual(types(outcome), ["child.replied", "skill.failed"]);
  assert.deepEqual(payloadOf(outcome, "skill.failed").error, {
    code: "budget_exceeded",
    message: "Session ses_1~7 did not complete its task: The turn's budget is used up",
  });
  assert.equal(outcome.state.turn?.due?.kind, "model");
});

Deno.test("decide() fails the turn when a child used up the budget", () => {
  const spec = { budgets: { turn: { cost_usd: 0.5 }, session: {} } };
  const outcome = play(play(asked(spec).then, found(0)).then, reply(0));
  assert.deepEqual(types(outcome), [
    "child.replied",
    "skill.completed",
    "budget.exceeded",
    "turn.failed",
  ]);
});

Deno.test("decide() waits for all children of an answer, and takes answers in any order", () => {
  const two = play(openSession(), send("m1"), propose(delegate, delegate, {}), found(1), found(0));
  assert.deepEqual(pending(two.state).map(({ id }) => id), ["call_1_2/1"]);
  const one = play(two.then, done(2), reply(1));
  assert.equal(one.state.turn?.due, null);
  assert.equal(play(one.then, reply(0)).state.turn?.due?.kind, "model");
});

Deno.test("decide() closes the children when the turn is cancelled, interrupted or over, or the session closes", () => {
  const reasons = [
    [cancel("wrong"), "its parent's turn was cancelled: wrong"],
    [send("m2", "interrupt"), "its parent's turn was cancelled: interrupted by message m2"],
    [close(), "its parent's turn was cancelled: the session was closed"],
  ] as const;
  for (const [command, reason] of reasons) {
    const outcome = play(waiting(), command);
    assert.deepEqual(sends(outcome), [["session/ses_1~7", { type: "session.close", reason }]]);
  }
  const spec = { budgets: { turn: { wall_ms: 100 }, session: {} } };
  const late = play(asked(spec).then, found(0)).then.after(100);
  const over = play(late, { type: "turn.expire", turn: 1 });
  assert.deepEqual(types(over), ["budget.exceeded", "turn.failed"]);
  assert.deepEqual(sends(over), [["session/ses_1~7", {
    type: "session.close",
    reason: "its parent's turn was over",
  }]]);
});

Deno.test("decide() ignores the answer of a child that no call waits for", () => {
  const late = reply(0)(waiting().state);
  for (const end of [cancel(), close()]) {
    const outcome = play(play(waiting(), end).then, late);
    assert.equal(outcome.rejected, null);
    assert.deepEqual(types(outcome), []);
  }
  assert.deepEqual(types(play(waiting(), { ...late, child_id: "ses_1~8" })), []);
  assert.deepEqual(types(play(play(waiting(), late).then, late)), []);
});

Deno.test("decide() ignores an agent that no call delegates to, and asks nobody when there is none", () => {
  const one = asked().then;
  const agent = found(0)(one.state);
  assert.deepEqual(types(play(play(one, cancel()).then, agent)), []);
  assert.deepEqual(types(play(play(one, agent).then, agent)), []);
  const other = play(openSession(), send("m1"), propose({})).then;
  assert.deepEqual(types(play(other, found(0))), []);
  const error = { code: "agent_not_found", message: "Agent writer does not exist" };
  const failed = play(one, { type: "skill.fail", call_id: "call_1_0", error, ms: 0 });
  assert.deepEqual(types(failed), ["skill.failed"]);
});

Deno.test("decide() asks a person before a risky call delegates, with the input that was approved", () => {
  const risky = play(openSession(), send("m1"), propose({ ...delegate, risk: 3 }));
  assert.equal(statusOf(risky.state), "waiting");
  const input = { agent: "editor", task: "Edit it" };
  const approved = play(risky.then, judge(0, "approve", { input }));
  assert.deepEqual(types(approved), ["approval.decided", "skill.started"]);
  assert.deepEqual(pending(approved.state)[0]?.input, { call_id: "call_1_0", agent: "editor" });
  const wrong = play(risky.then, judge(0, "approve", { input: { task: 7 } }));
  assert.deepEqual(types(wrong), ["approval.decided", "skill.failed"]);
  assert.equal(payloadOf(wrong, "skill.failed").error.code, "skill_invalid_input");
});

Deno.test("decide() delegates no deeper than the limit", () => {
  const limits = { delegation_depth: 1 };
  const deep = play(newSession(limits, "ses_1~7"), {
    type: "session.spawn",
    agent: sampleAgent(),
    parent: { id: "ses_1", call_id: "call_1_0", depth: 1 },
    task: { message_id: "msg_1", content: "Write it" },
  }, propose(delegate));
  assert.deepEqual(payloadOf(deep, "skill.failed").error, {
    code: "delegation_too_deep",
    message: "Session is at depth 1 of delegation, wanted less than 1; do the task here",
  });
  assert.equal(deep.state.turn?.due?.kind, "model");
});

Deno.test("decide() delegates to no more children than the limits, at one time and in all", () => {
  const limits = { children_open: 2, children_total: 3 };
  const three = play(openSession({}, limits), send("m1"), propose(delegate, delegate, delegate));
  assert.equal(payloadOf(three, "skill.failed").error.code, "too_many_children");
  const answered = play(three.then, found(0), found(1), reply(0), reply(1)).then;
  const more = play(answered, propose(delegate, delegate));
  assert.deepEqual(types(more).slice(1), [
    "skill.requested",
    "skill.started",
    "skill.requested",
    "skill.failed",
  ]);
  assert.match(payloadOf(more, "skill.failed").error.message, /^Session has delegated 3 times/);
});

Deno.test("decide() begins a child with its task", () => {
  const begun = child();
  assert.deepEqual(types(begun), ["session.spawned", "message.received", "turn.started"]);
  assert.deepEqual(begun.state.metadata, { depth: 1, parent: "ses_1" });
  assert.deepEqual(begun.state.turn?.message_ids, ["msg_1"]);
  const again = play(begun.then, {
    type: "session.spawn",
    agent: sampleAgent(),
    parent: { id: "ses_1", call_id: "call_1_0", depth: 1 },
    task: { message_id: "msg_1", content: "Write it" },
  });
  assert.equal(again.rejected, "session_exists");
});

Deno.test("decide() answers the parent and closes the child when its task ends, whichever way", () => {
  const error = { code: "model_failed", message: "No provider answered" };
  const cancelled = (message: string) => ({ code: "child_cancelled", message });
  const ends = [
    [answer("Written"), "completed", "Written", null],
    [failModel, "failed", "", error],
    [cancel("wrong"), "cancelled", "", cancelled("wrong")],
    [close(), "cancelled", "", cancelled("the session was closed")],
  ] as const;
  for (const [end, outcome, text, fault] of ends) {
    const ended = play(child().then, end);
    const usage = ended.state.usage;
    const type = "child.reply";
    const ids = { call_id: "call_1_0", child_id: "ses_1~7" };
    const said = { type, ...ids, outcome, text, error: fault, usage };
    assert.deepEqual(sends(ended), [["session/ses_1", said]]);
    assert.equal(types(ended).filter((type) => type === "session.closed").length, 1);
    assert.equal(statusOf(ended.state), "closed");
  }
});

Deno.test("decide() takes a message into a child's task, and refuses one that would end it", () => {
  const working = child().then;
  const steered = play(working, send("m2", "inject"));
  assert.equal(payloadOf(steered, "message.received").disposition, "inject");
  assert.equal(play(working, send("m2", "interrupt")).rejected, "session_busy");
});

Deno.test("decide() lets a fork wait for nobody, whoever works for the original", () => {
  const { state } = waiting();
  const from = { id: "ses_1", seq: 7, hash: "ab" };
  const fork = play(newSession({}, "ses_2"), {
    type: "session.fork",
    from,
    metadata: {},
    state: state as unknown as Json,
  });
  assert.deepEqual(fork.state.transcript.at(-1), {
    role: "tool",
    call_id: "call_1_0",
    content: "Stopped waiting for session ses_1~7: the session was forked here",
    failed: true,
  });
  assert.deepEqual(sends(fork), []);
  assert.equal(fork.state.children, 0);
  assert.deepEqual(types(play(fork.then, reply(0)(state))), []);
});

Deno.test("decide() lets a child's fork answer nobody", () => {
  const from = { id: "ses_1~7", seq: 3, hash: "ab" };
  const state = child().state as unknown as Json;
  const fork = play(
    newSession({}, "ses_2"),
    { type: "session.fork", from, metadata: {}, state },
    send("m1"),
    answer("Written"),
  );
  assert.equal(fork.state.parent, null);
  assert.deepEqual(sends(fork), []);
  assert.equal(statusOf(fork.state), "idle");
});

Deno.test("decide() forks a state that was saved before there was delegation", () => {
  const { parent: _, children: __, ...old } = openSession().state;
  const from = { id: "ses_1", seq: 1, hash: "ab" };
  const fork = play(newSession({}, "ses_2"), {
    type: "session.fork",
    from,
    metadata: {},
    state: old as unknown as Json,
  });
  assert.deepEqual([fork.state.parent, fork.state.children], [null, 0]);
});

Deno.test("evolve() counts the time for which a child works as the turn's own", () => {
  const outcome = play(waiting().after(400), reply(0), answer("Done"));
  assert.equal(outcome.state.active_ms, 400);
  assert.equal(waiting().state.turn?.calls[0]?.child?.since, START);
});
