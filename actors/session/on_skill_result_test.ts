import assert from "node:assert/strict";
import { pending } from "./pending.ts";
import {
  broken,
  cancel,
  done,
  interrupted,
  judge,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  types,
} from "./session_scenario.ts";
import { statusOf } from "./state.ts";

/** Three calls under way. */
const three = () => play(openSession(), send("m1"), propose({}, {}, {})).then;

Deno.test("decide() makes the next model call due after the last result, in whatever order they come", () => {
  for (const [a, b, c] of [[0, 1, 2], [2, 0, 1], [1, 2, 0]] as const) {
    const two = play(three(), done(a), broken(b));
    assert.equal(two.state.turn?.due, null);
    assert.deepEqual(pending(two.state).map(({ id }) => id), [`call_1_${c}/1`]);
    const all = play(two.then, done(c));
    assert.deepEqual(types(all), ["skill.completed"]);
    assert.deepEqual(pending(all.state).map(({ kind }) => kind), ["model"]);
    assert.deepEqual(
      all.state.transcript.slice(2).map((item) => item.role === "tool" && item.call_id),
      [a, b, c].map((index) => `call_1_${index}`),
    );
  }
});

Deno.test("decide() shows the model the code and the words of a failure", () => {
  const failed = play(openSession(), send("m1"), propose({}), broken(0));
  assert.deepEqual(payloadOf(failed, "skill.failed").error.code, "skill_threw");
  assert.deepEqual(failed.state.transcript.at(-1), {
    role: "tool",
    call_id: "call_1_0",
    content: "skill_threw: It broke",
    failed: true,
  });
});

Deno.test("decide() journals a long result whole and shows the model its beginning", () => {
  const output = "o".repeat(40);
  const ended = play(
    openSession({}, { skill_output_model_chars: 10 }),
    send("m1"),
    propose({}),
    done(0, output),
  );
  assert.equal(payloadOf(ended, "skill.completed").output, output);
  const last = ended.state.transcript.at(-1);
  assert.equal(last?.role === "tool" && last.content, "oooooooooo\n[cut: 30 more characters]");
});

Deno.test("decide() journals that a result came from the skill's own lookup", () => {
  const running = play(openSession(), send("m1"), propose({ idempotent: false })).then;
  const settled = play(running, (state) => ({ ...done(0)(state), via: "lookup" }));
  assert.equal(payloadOf(settled, "skill.completed").via, "lookup");
});

Deno.test("decide() ignores a second result of a call", () => {
  const running = three();
  const result = done(0)(running.state);
  const failure = broken(0)(running.state);
  const question = interrupted(0)(running.state);
  const ended = play(running, result).then;
  for (const late of [result, failure, question]) assert.deepEqual(types(play(ended, late)), []);
});

Deno.test("decide() ignores results that come after the turn was cancelled", () => {
  const running = three();
  const late = [done(0)(running.state), broken(1)(running.state), interrupted(2)(running.state)];
  const cut = play(running, cancel(), send("m2"), propose({}, {}, {})).then;
  for (const result of late) assert.deepEqual(types(play(cut, result)), []);
});

Deno.test("decide() ignores a result of a call that waits for approval", () => {
  const waiting = play(openSession(), send("m1"), propose({ risk: 4 })).then;
  assert.deepEqual(types(play(waiting, done(0))), []);
});

Deno.test("decide() asks a person when nobody knows how a call ended", () => {
  const asked = play(
    openSession(),
    send("m1"),
    propose({ skill: "send_mail", input: { to: "bob" }, risk: 2, idempotent: false }),
    interrupted(0),
  );
  assert.deepEqual(payloadOf(asked, "skill.interrupted"), {
    call_id: "call_1_0",
    approval_id: "apr_ses_1_7",
    skill: "send_mail",
    input: { to: "bob" },
    risk: 2,
  });
  assert.equal(statusOf(asked.state), "waiting");
  assert.deepEqual(pending(asked.state), []);
});

Deno.test("decide() lets the other calls go on while one is interrupted", () => {
  const asked = play(three(), interrupted(1), done(0));
  assert.equal(statusOf(asked.state), "running");
  const waiting = play(asked.then, done(2));
  assert.equal(statusOf(waiting.state), "waiting");
});

Deno.test("decide() runs an interrupted call again with the same input and key when a person says so", () => {
  const running = play(
    openSession(),
    send("m1"),
    propose({ input: { to: "bob" }, idempotent: false }),
  );
  const first = payloadOf(running, "skill.started");
  const again = play(running.then, interrupted(0), judge(0, "run_again"));
  assert.deepEqual(types(again), ["approval.decided", "skill.started"]);
  assert.deepEqual(payloadOf(again, "skill.started"), { ...first, attempt: 2 });
  assert.deepEqual(pending(again.state).map(({ id, policy }) => [id, policy]), [[
    "call_1_0/2",
    "once",
  ]]);
});

Deno.test("decide() can ask again about a call that is interrupted again", () => {
  const twice = play(
    openSession(),
    send("m1"),
    propose({ idempotent: false }),
    interrupted(0),
    judge(0, "run_again"),
    interrupted(0),
  );
  assert.equal(payloadOf(twice, "skill.interrupted").approval_id, "apr_ses_1_10");
  assert.equal(payloadOf(play(twice.then, judge(0, "run_again")), "skill.started").attempt, 3);
});

Deno.test("decide() takes a person's word for the outcome of an interrupted call", () => {
  const asked =
    play(openSession(), send("m1"), propose({ idempotent: false }), interrupted(0)).then;
  const said = play(asked, judge(0, "treat_as_done", { input: { sent: true } }));
  assert.deepEqual(types(said), ["approval.decided", "skill.completed"]);
  assert.deepEqual(payloadOf(said, "skill.completed").output, { sent: true });
  assert.equal(payloadOf(said, "skill.completed").via, "person");
  assert.equal(said.state.turn?.due?.kind, "model");

  const nothing = play(asked, judge(0, "treat_as_done", { input: null }));
  assert.equal(payloadOf(nothing, "skill.completed").output, null);

  const words = play(asked, judge(0, "treat_as_done", { reason: "I saw it" }));
  assert.equal(payloadOf(words, "skill.completed").output, "Treated as done by ada: I saw it");
});

Deno.test("decide() fails an interrupted call when a person says so", () => {
  const said = play(
    openSession(),
    send("m1"),
    propose({ idempotent: false }),
    interrupted(0),
    judge(0, "fail"),
  );
  assert.deepEqual(payloadOf(said, "skill.failed").error, {
    code: "interrupted",
    message: "Treated as failed by ada: no reason given",
  });
  assert.equal(said.state.turn?.due?.kind, "model");
});
