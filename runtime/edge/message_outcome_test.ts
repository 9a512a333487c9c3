import assert from "node:assert/strict";
import type { SessionEvent } from "../../actors/session/events.ts";
import { observe, unanswered } from "./message_outcome.ts";

type Payload<Type extends SessionEvent["type"]> = Extract<SessionEvent, { type: Type }>["payload"];

function event<Type extends SessionEvent["type"]>(type: Type, payload: Payload<Type>) {
  return { type, v: 1, payload } as SessionEvent;
}

const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };

const received = (message_id: string, disposition: Payload<"message.received">["disposition"]) =>
  event("message.received", { message_id, content: "", disposition });
const started = (turn: number, ...message_ids: string[]) =>
  event("turn.started", { turn, message_ids });
const said = (turn: number, text: string) =>
  event("llm.completed", {
    turn,
    call_id: "l",
    text,
    calls: [],
    provider: "p",
    model: "m",
    finish_reason: "stop",
    usage,
    attempts: 1,
  });
const completed = (turn: number) => event("turn.completed", { turn, call_id: "l", usage });
const cancelled = (turn: number, reason: string) =>
  event("turn.cancelled", { turn, reason, open_approvals: [] });
const asked = (approval_id: string) =>
  event("approval.requested", { approval_id, call_id: "c", skill: "s", input: {}, risk: 4 });

function after(...events: SessionEvent[]) {
  return events.reduce(observe, unanswered("mine"));
}

Deno.test("observe() gives the last text of the message's own turn", () => {
  const { outcome } = after(
    received("mine", "queue"),
    said(1, "for another"),
    completed(1),
    started(2, "mine"),
    said(2, "let me see"),
    said(2, "done"),
    completed(2),
    started(3, "other"),
    said(3, "later"),
    completed(3),
  );
  assert.deepEqual(outcome, { turn: 2, outcome: "completed", reply: "done", error: null });
});

Deno.test("observe() counts an injected message to the turn that was running", () => {
  const { outcome } = after(received("mine", "inject"), said(7, "both answered"), completed(7));
  assert.deepEqual(outcome, { turn: 7, outcome: "completed", reply: "both answered", error: null });
});

Deno.test("observe() follows an injected message back into the queue when its turn ended too early", () => {
  const progress = after(received("mine", "inject"), cancelled(1, "stop"), started(2, "mine"));
  assert.equal(progress.outcome, null);
  assert.equal([said(2, "now"), completed(2)].reduce(observe, progress).outcome?.reply, "now");
});

Deno.test("observe() says why a turn failed or was cancelled", () => {
  const error = { code: "model_failed", message: "no answer" };
  const failed = event("turn.failed", { turn: 1, error, open_approvals: [] });
  assert.deepEqual(after(started(1, "mine"), failed).outcome, {
    turn: 1,
    outcome: "failed",
    reply: null,
    error,
  });
  assert.deepEqual(after(started(1, "mine"), cancelled(1, "enough")).outcome, {
    turn: 1,
    outcome: "cancelled",
    reply: null,
    error: { code: "turn_cancelled", message: "enough" },
  });
});

Deno.test("observe() lists the approvals that are open in the message's turn", () => {
  const progress = after(asked("before"), started(1, "mine"), asked("a"), asked("b"));
  assert.deepEqual(progress.approvals, ["a", "b"]);
  const decided = event("approval.decided", {
    approval_id: "a",
    call_id: "c",
    decision: "approve",
    reason: null,
    input: null,
    edited: false,
    by: "x",
  });
  assert.deepEqual(observe(progress, decided).approvals, ["b"]);
  assert.deepEqual(observe(progress, cancelled(1, "stop")).approvals, []);
});

Deno.test("observe() ends a queued message with its session", () => {
  const closed = event("session.closed", { reason: null });
  assert.deepEqual(after(received("mine", "queue"), closed).outcome, {
    turn: null,
    outcome: "cancelled",
    reply: null,
    error: { code: "session_closed", message: "The session was closed" },
  });
});

Deno.test("observe() keeps an outcome when the session is closed later", () => {
  const closed = event("session.closed", { reason: null });
  assert.equal(after(started(1, "mine"), said(1, "x"), completed(1), closed).outcome?.reply, "x");
});
