import assert from "node:assert/strict";
import { fact } from "./events.ts";
import { evolve } from "./evolve.ts";
import {
  answer,
  done,
  failModel,
  interrupted,
  judge,
  openSession,
  play,
  propose,
  send,
  START,
} from "./session_scenario.ts";
import { initialState, isWaiting, type SessionState, statusOf } from "./state.ts";

const calls = (state: SessionState) => state.turn?.calls.map(({ status }) => status);

Deno.test("evolve() leads a call through its states", () => {
  const proposed = play(
    openSession(),
    send("m1"),
    propose({ risk: 3, idempotent: false }, {}),
  );
  assert.deepEqual(calls(proposed.state), ["awaiting", "started"]);
  const ended = play(proposed.then, done(1));
  assert.deepEqual(calls(ended.state), ["awaiting", "ended"]);
  const approved = play(ended.then, judge(0, "approve"));
  assert.deepEqual(calls(approved.state), ["started", "ended"]);
  const asked = play(approved.then, interrupted(0));
  assert.deepEqual(calls(asked.state), ["interrupted", "ended"]);
  const settled = play(asked.then, judge(0, "fail"));
  assert.deepEqual(calls(settled.state), [], "The next answer's calls are yet to come");
});

Deno.test("evolve() leads a session through its phases", () => {
  const statuses = [statusOf(openSession().state)];
  let at = openSession();
  for (
    const step of [
      send("m1"),
      propose({ risk: 3 }),
      judge(0, "approve"),
      done(0),
      failModel,
      send("m2"),
      answer("a"),
      { type: "session.close", reason: null } as const,
    ]
  ) {
    at = play(at, step).then;
    statuses.push(statusOf(at.state));
  }
  assert.deepEqual(statuses, [
    "idle",
    "running",
    "waiting",
    "running",
    "running",
    "failed",
    "running",
    "idle",
    "closed",
  ]);
});

Deno.test("evolve() counts the time from when only people are waited for until one decides", () => {
  const waiting = play(play(openSession(), send("m1")).then.after(10), propose({ risk: 3 }));
  assert.equal(waiting.state.turn?.waiting_since, START + 10);
  assert.ok(waiting.state.turn && isWaiting(waiting.state.turn));
  const decided = play(waiting.then.after(90), judge(0, "deny"));
  assert.equal(decided.state.turn?.waiting_since, null);
  assert.equal(decided.state.turn?.waited_ms, 90);
});

Deno.test("evolve() adds a turn's time to the session's when the turn ends", () => {
  const first = play(play(openSession(), send("m1")).then.after(30), answer("a"));
  assert.equal(first.state.active_ms, 30);
  const second = play(play(first.then.after(1000), send("m2")).then.after(12), failModel);
  assert.equal(second.state.active_ms, 42);
});

Deno.test("evolve() changes neither the state nor the event that it is given", () => {
  const before = play(openSession(), send("m1"), propose({ input: { a: [1] } })).state;
  const copy = structuredClone(before);
  const event = fact("skill.completed", {
    call_id: "call_1_0",
    output: { b: [2] },
    shown_chars: 100,
    via: "run",
    ms: 1,
  });
  const eventCopy = structuredClone(event);
  evolve(before, event, START, 7);
  assert.deepEqual(before, copy);
  assert.deepEqual(event, eventCopy);
});

Deno.test("evolve() takes a fact that does not fit the state without a fault", () => {
  const idle = openSession().state;
  const facts = [
    fact("llm.failed", {
      turn: 9,
      call_id: "llm_9",
      error: { code: "a", message: "b" },
      attempts: 1,
    }),
    fact("skill.started", { call_id: "call_9_9", input: null, key: "k", attempt: 1 }),
    fact("turn.cancelled", { turn: 9, reason: "r", open_approvals: [] }),
  ];
  for (const event of facts) assert.deepEqual(evolve(idle, event, START, 2), idle, event.type);
  assert.equal(evolve(initialState("ses_1"), facts[0]!, START, 1).phase, "new");
});
