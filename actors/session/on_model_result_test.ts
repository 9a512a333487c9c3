import assert from "node:assert/strict";
import { pending } from "./pending.ts";
import {
  answer,
  broken,
  cancel,
  done,
  failModel,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  types,
  USAGE,
} from "./session_scenario.ts";
import { statusOf } from "./state.ts";

Deno.test("decide() completes the turn when an answer calls no skills", () => {
  const ended = play(openSession(), send("m1"), answer("hello"));
  assert.deepEqual(types(ended), ["llm.completed", "turn.completed"]);
  assert.deepEqual(payloadOf(ended, "turn.completed"), {
    turn: 1,
    call_id: "llm_3",
    usage: USAGE,
  });
  assert.equal(statusOf(ended.state), "idle");
  assert.deepEqual(ended.state.transcript.at(-1), {
    role: "assistant",
    text: "hello",
    calls: [],
  });
});

Deno.test("decide() starts all calls of an answer at once, each with its own key", () => {
  const started = play(openSession(), send("m1"), propose({}, { skill: "calculator" }));
  assert.deepEqual(types(started), [
    "llm.completed",
    "skill.requested",
    "skill.started",
    "skill.requested",
    "skill.started",
  ]);
  assert.deepEqual(pending(started.state).map(({ id, policy, input }) => ({ id, policy, input })), [
    {
      id: "call_1_0/1",
      policy: "retry",
      input: { call_id: "call_1_0", skill: "clock", input: {}, key: "session/ses_1:5", attempt: 1 },
    },
    {
      id: "call_1_1/1",
      policy: "retry",
      input: {
        call_id: "call_1_1",
        skill: "calculator",
        input: {},
        key: "session/ses_1:7",
        attempt: 1,
      },
    },
  ]);
});

Deno.test("decide() lets a call that is not idempotent start at most once", () => {
  const started = play(openSession(), send("m1"), propose({ idempotent: false }));
  assert.deepEqual(pending(started.state).map(({ policy }) => policy), ["once"]);
});

Deno.test("decide() fails a call with a problem without starting it, and waits for the others", () => {
  const problem = { code: "skill_not_found", message: "There is no skill nope" };
  const opened = play(openSession(), send("m1"), propose({ skill: "nope", problem }, {}));
  assert.deepEqual(types(opened), [
    "llm.completed",
    "skill.requested",
    "skill.failed",
    "skill.requested",
    "skill.started",
  ]);
  assert.equal(opened.state.turn?.due, null);
  assert.equal(play(opened.then, done(1)).state.turn?.due?.kind, "model");
});

Deno.test("decide() asks the model again at once when no call of an answer can be made", () => {
  const problem = { code: "skill_not_found", message: "There is no skill nope" };
  const opened = play(openSession(), send("m1"), propose({ skill: "nope", problem, risk: 5 }));
  assert.deepEqual(types(opened), ["llm.completed", "skill.requested", "skill.failed"]);
  assert.equal(opened.state.turn?.due?.kind, "model");
  assert.deepEqual(opened.state.transcript.at(-1), {
    role: "tool",
    call_id: "call_1_0",
    content: "skill_not_found: There is no skill nope",
    failed: true,
  });
});

Deno.test("decide() gives the calls of each answer ids of their own", () => {
  const second = play(openSession(), send("m1"), propose({}), done(0), propose({}, {}));
  assert.deepEqual(payloadOf(second, "llm.completed").calls.map(({ call_id }) => call_id), [
    "call_2_0",
    "call_2_1",
  ]);
});

Deno.test("decide() fails the turn when a model call fails for good, and starts the next", () => {
  const failed = play(openSession(), send("m1"), send("m2"), failModel);
  assert.deepEqual(types(failed), ["llm.failed", "turn.failed", "turn.started"]);
  assert.deepEqual(payloadOf(failed, "turn.failed").error, {
    code: "model_failed",
    message: "No provider answered",
  });
  assert.deepEqual(failed.state.turn?.message_ids, ["m2"]);
});

Deno.test("decide() shows a failed session until the next turn starts", () => {
  const failed = play(openSession(), send("m1"), failModel);
  assert.equal(statusOf(failed.state), "failed");
  assert.equal(statusOf(play(failed.then, send("m2")).state), "running");
});

Deno.test("decide() ignores an answer that comes twice", () => {
  const running = play(openSession(), send("m1")).then;
  for (const first of [answer("hello"), propose({})]) {
    const command = first(running.state);
    const twice = play(running, command, command);
    assert.equal(twice.rejected, null);
    assert.deepEqual(types(twice), []);
  }
});

Deno.test("decide() ignores an answer and a failure that come after the turn was cancelled", () => {
  const running = play(openSession(), send("m1")).then;
  const late = [answer("hello")(running.state), failModel(running.state)];
  const cut = play(running, cancel()).then;
  const next = play(cut, send("m2")).then;
  for (const command of late) {
    assert.deepEqual(types(play(cut, command)), []);
    assert.deepEqual(types(play(next, command)), []);
  }
});

Deno.test("decide() adds up what the calls of the turn and of the session use", () => {
  const second = play(
    openSession(),
    send("m1"),
    propose({}),
    broken(0),
    answer("a"),
    send("m2"),
    answer("b", { input_tokens: 100 }),
  );
  assert.deepEqual(payloadOf(second, "turn.completed").usage, { ...USAGE, input_tokens: 100 });
  assert.deepEqual(second.state.usage, { input_tokens: 120, output_tokens: 15, cost_usd: 0.75 });
  assert.equal(second.state.steps, 3);
});
