import assert from "node:assert/strict";
import { readConversation } from "./conversation.ts";
import type { JournalEvent } from "./journal_event.ts";

/** A type, and what matters of its payload. */
type Fact = readonly [string, Readonly<Record<string, unknown>>];

/** Events with consecutive numbers. */
function journal(...facts: Fact[]) {
  return facts.map(([type, payload], i) => ({
    seq: i + 1,
    at: "2026-01-01T00:00:00.000Z",
    type,
    payload,
  })) as unknown as JournalEvent[];
}

const message = (id: string, disposition = "start") =>
  ["message.received", { message_id: id, content: `text of ${id}`, disposition }] as const;
const started = (turn: number, ...ids: string[]) =>
  ["turn.started", { turn, message_ids: ids }] as const;
const answer = (text: string, calls: readonly unknown[] = []) =>
  ["llm.completed", {
    turn: 1,
    text,
    calls,
    provider: "demo",
    model: "m",
    usage: { input_tokens: 3, output_tokens: 4, cost_usd: 0.5 },
  }] as const;
const CALL = { call_id: "c1", skill: "wire", input: { n: 1 } };
const requested = ["skill.requested", { ...CALL, turn: 1, risk: 3 }] as const;
const asked = ["approval.requested", { ...CALL, approval_id: "apr", risk: 3 }] as const;
const decided = (decision: string, edited = false) =>
  ["approval.decided", {
    ...CALL,
    approval_id: "apr",
    decision,
    edited,
    by: "ann",
    reason: null,
  }] as const;
const running = (input: unknown = CALL.input) =>
  ["skill.started", { call_id: "c1", input, attempt: 1 }] as const;

function callOf(...facts: Fact[]) {
  const items = readConversation(journal(...facts)).items;
  const calls = items.flatMap((item) => item.kind === "call" ? [item.call] : []);
  assert.equal(calls.length, 1, "a call is shown once");
  return calls[0] ?? assert.fail();
}

Deno.test("readConversation() shows what was said in order, and whether a turn runs", () => {
  const facts = [message("m1"), started(1, "m1"), answer("hi")] as const;
  const running = readConversation(journal(...facts));
  assert.deepEqual(running.items.map(({ kind }) => kind), ["message", "answer"]);
  assert.equal(running.turn, 1);
  const said = running.items[1];
  assert.ok(said?.kind === "answer");
  assert.deepEqual([said.text, said.model, said.tokens, said.cost_usd], ["hi", "demo/m", 7, 0.5]);
  const over = readConversation(journal(...facts, ["turn.completed", { turn: 1 }]));
  assert.equal(over.turn, null);
});

Deno.test("readConversation() marks a message as queued until its turn takes it", () => {
  const facts = [message("m1"), started(1, "m1"), message("m2", "queue")] as const;
  const states = (...more: Fact[]) =>
    readConversation(journal(...facts, ...more)).items
      .flatMap((item) => item.kind === "message" ? [item.state] : []);
  assert.deepEqual(states(), ["taken", "queued"]);
  assert.deepEqual(states(started(2, "m2")), ["taken", "taken"]);
});

Deno.test("readConversation() asks about a risky call until it is decided", () => {
  const before = [started(1), answer("", [CALL]), requested, asked] as const;
  const waiting = callOf(...before);
  assert.deepEqual([waiting.status, waiting.risk], ["asks", 3]);
  assert.deepEqual(waiting.question, {
    id: "apr",
    kind: "skill",
    skill: "wire",
    input: { n: 1 },
    risk: 3,
  });
  assert.ok(readConversation(journal(...before)).asks);

  const done = callOf(...before, decided("approve", true), running({ n: 2 }), [
    "skill.completed",
    { call_id: "c1", output: "did 2", ms: 5, via: "run" },
  ]);
  assert.deepEqual([done.status, done.input, done.output, done.question], [
    "done",
    { n: 2 },
    "did 2",
    null,
  ]);
  assert.deepEqual(done.decisions, [{
    decision: "approve",
    by: "ann",
    reason: null,
    edited: true,
  }]);

  const denied = callOf(...before, decided("deny"), [
    "skill.failed",
    { call_id: "c1", error: { code: "denied", message: "Denied by ann" }, ms: 0 },
  ]);
  assert.deepEqual([denied.status, denied.error?.message], ["denied", "Denied by ann"]);
});

Deno.test("readConversation() asks what became of an interrupted call", () => {
  const interrupted = ["skill.interrupted", { ...CALL, approval_id: "apr2", risk: 3 }] as const;
  const call = callOf(requested, running(), interrupted);
  assert.deepEqual([call.status, call.question?.id, call.question?.kind], [
    "interrupted",
    "apr2",
    "interrupted",
  ]);
  const again = callOf(requested, running(), interrupted, decided("run_again"), [
    "skill.started",
    { call_id: "c1", input: CALL.input, attempt: 2 },
  ]);
  assert.deepEqual([again.status, again.attempt, again.question], ["running", 2, null]);
});

Deno.test("readConversation() leaves nothing to decide when the turn ends", () => {
  for (
    const end of [
      ["turn.cancelled", { turn: 1, reason: "enough", open_approvals: ["apr"] }],
      ["turn.failed", { turn: 1, error: { code: "x", message: "y" }, open_approvals: ["apr"] }],
      ["session.closed", { reason: null }],
    ] as const
  ) {
    const facts = [started(1), requested, asked, end] as const;
    assert.deepEqual([callOf(...facts).status, callOf(...facts).question], ["unanswered", null]);
    const { asks, turn } = readConversation(journal(...facts));
    assert.deepEqual([asks, turn], [false, null]);
  }
});

Deno.test("readConversation() makes do with the later part of a journal, and with unknown events", () => {
  const facts = [running(), ["later.kind", { of: "a newer node" }], asked] as const;
  assert.equal(callOf(...facts).status, "asks");
  assert.equal(callOf(running()).skill, "c1", "the id stands for a name that is not known");
});

Deno.test("readConversation() remarks on failures, forks, memory and the end", () => {
  const { items, closed } = readConversation(journal(
    ["session.forked", { from: { id: "ses_1", seq: 4 } }],
    ["memory.recalled", { items: [{ kind: "fact", text: "likes tea" }], unavailable: null }],
    ["memory.recalled", { items: [], unavailable: null }],
    ["llm.failed", { error: { code: "model_failed", message: "no" } }],
    ["budget.exceeded", { scope: "turn", budget: "tokens", used: 12, limit: 10 }],
    ["session.closed", { reason: null }],
  ));
  const notes = items.flatMap((item) => item.kind === "note" ? [item] : []);
  assert.deepEqual(notes.map(({ text, tone }) => `${tone}: ${text}`), [
    "plain: Forked after event 4 of",
    "plain: Recalled from memory: 1",
    "error: The model failed: no (model_failed)",
    "warning: The turn's budget is used up: tokens 12 of 10",
    "warning: Closed",
  ]);
  assert.equal(notes[0]?.session, "ses_1");
  assert.deepEqual(notes[1]?.lines, ["fact: likes tea"]);
  assert.ok(closed);
});
