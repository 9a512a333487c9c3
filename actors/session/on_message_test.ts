import assert from "node:assert/strict";
import { pending } from "./pending.ts";
import {
  answer,
  cancel,
  done,
  interrupted,
  judge,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  summarise,
  types,
} from "./session_scenario.ts";
import type { SessionState } from "./state.ts";

/** The user's messages that the due model call shows. */
function shownToModel(state: SessionState): string[] {
  const work = pending(state)[0]?.input as { messages: { role: string; content?: string }[] };
  return work.messages.flatMap(({ role, content }) => role === "user" ? [content ?? ""] : []);
}

const queued = (state: SessionState) => state.queue.map(({ message_id }) => message_id);

Deno.test("decide() starts a turn when a message arrives at an idle session", () => {
  const sent = play(openSession(), send("m1"));
  assert.deepEqual(types(sent), ["message.received", "turn.started"]);
  assert.deepEqual(sent.decision.reply, { message_id: "m1", disposition: "start", turn: 1 });
  assert.deepEqual(sent.state.turn?.due, { kind: "model", call_id: "llm_3" });
});

Deno.test("decide() starts a turn whatever on_busy says when no turn runs", () => {
  for (const on_busy of ["queue", "inject", "interrupt", "reject"] as const) {
    const sent = play(openSession(), send("m1", on_busy));
    assert.equal(payloadOf(sent, "message.received").disposition, "start");
    assert.equal(sent.state.turn?.number, 1);
  }
});

Deno.test("decide() queues a message that arrives during a turn", () => {
  const sent = play(openSession(), send("m1"), send("m2"));
  assert.deepEqual(types(sent), ["message.received"]);
  assert.equal(payloadOf(sent, "message.received").disposition, "queue");
  assert.deepEqual(queued(sent.state), ["m2"]);
  assert.deepEqual(sent.state.turn?.message_ids, ["m1"]);
});

Deno.test("decide() starts one turn for each queued message, in the order of their arrival", () => {
  const started = [];
  let at = play(openSession(), send("m1"), send("m2"), send("m3")).then;
  for (const text of ["a", "b", "c"]) {
    started.push(at.state.turn?.message_ids);
    at = play(at, answer(text)).then;
  }
  assert.deepEqual(started, [["m1"], ["m2"], ["m3"]]);
  assert.equal(at.state.turn, null);
});

Deno.test("decide() follows the agent when the message does not choose, and the message when it does", () => {
  const busy = play(openSession({ on_busy: "reject" }), send("m1")).then;
  assert.equal(play(busy, send("m2")).rejected, "session_busy");
  assert.deepEqual(queued(play(busy, send("m2", "queue")).state), ["m2"]);
});

Deno.test("decide() refuses a message and journals nothing when it must not wait", () => {
  const refused = play(openSession(), send("m1"), send("m2", "reject"));
  assert.equal(refused.rejected, "session_busy");
  assert.deepEqual(types(refused), []);
});

Deno.test("decide() lets a message injected during a model call join the next one when it calls skills", () => {
  const injected = play(openSession(), send("m1"), send("m2", "inject"));
  assert.deepEqual(shownToModel(injected.state), ["text of m1"]);
  const proposed = play(injected.then, propose({}));
  assert.deepEqual(proposed.state.turn?.message_ids, ["m1"]);
  const next = play(proposed.then, done(0));
  assert.deepEqual(shownToModel(next.state), ["text of m1", "text of m2"]);
  assert.deepEqual(next.state.turn?.message_ids, ["m1", "m2"]);
  assert.equal(next.state.transcript.at(-1)?.role, "user");
});

Deno.test("decide() keeps the turn open for a message injected during what would have been its last call", () => {
  const answered = play(openSession(), send("m1"), send("m2", "inject"), answer("first"));
  assert.deepEqual(types(answered), ["llm.completed"]);
  assert.deepEqual(shownToModel(answered.state), ["text of m1", "text of m2"]);
  assert.deepEqual(types(play(answered.then, answer("second"))), [
    "llm.completed",
    "turn.completed",
  ]);
});

Deno.test("decide() lets a message injected during a skill call join at the next model call", () => {
  const next = play(openSession(), send("m1"), propose({}), send("m2", "inject"), done(0));
  assert.deepEqual(shownToModel(next.state), ["text of m1", "text of m2"]);
});

Deno.test("decide() lets a message injected during an approval wait for the decision", () => {
  const waiting = play(openSession(), send("m1"), propose({ risk: 5 }), send("m2", "inject"));
  assert.equal(waiting.state.turn?.due, null);
  assert.notEqual(waiting.state.turn?.waiting_since, null);
  const next = play(waiting.then, judge(0, "deny"));
  assert.deepEqual(shownToModel(next.state), ["text of m1", "text of m2"]);
});

Deno.test("decide() lets a message injected during compaction join the model call after it", () => {
  const long = "x".repeat(4000);
  const compacting = play(
    openSession({ context_tokens: 1000 }),
    send("m1", null, long),
    answer("ok"),
    send("m2"),
    send("m3", "inject"),
  );
  assert.equal(compacting.state.turn?.due?.kind, "compact");
  const next = play(compacting.then, summarise("They said x"));
  assert.equal(next.state.turn?.due?.kind, "model");
  assert.deepEqual(shownToModel(next.state), ["text of m2", "text of m3"]);
});

Deno.test("decide() gives an injected message its own turn, before queued ones, when its turn is cut off", () => {
  const cut = play(openSession(), send("m1"), send("m2"), send("m3", "inject"), cancel());
  assert.deepEqual(cut.state.turn?.message_ids, ["m3"]);
  assert.deepEqual(queued(cut.state), ["m2"]);
});

Deno.test("decide() cancels the turn and starts the interrupting message's when a message interrupts", () => {
  const cut = play(openSession(), send("m1"), send("m2"), send("m3", "interrupt"));
  assert.deepEqual(types(cut), ["turn.cancelled", "message.received", "turn.started"]);
  assert.equal(payloadOf(cut, "turn.cancelled").reason, "interrupted by message m3");
  assert.deepEqual(cut.decision.reply, { message_id: "m3", disposition: "interrupt", turn: 2 });
  assert.deepEqual(cut.state.turn?.message_ids, ["m3"]);
  assert.deepEqual(queued(cut.state), ["m2"]);
});

Deno.test("decide() starts the interrupting message's turn before messages that waited to be injected", () => {
  const cut = play(openSession(), send("m1"), send("m2", "inject"), send("m3", "interrupt"));
  assert.deepEqual(cut.state.turn?.message_ids, ["m3"]);
  assert.deepEqual(queued(cut.state), ["m2"]);
});

Deno.test("decide() aborts a running call that is not idempotent when a message interrupts, and never runs it again", () => {
  const running = play(openSession(), send("m1"), propose({ idempotent: false })).then;
  assert.deepEqual(pending(running.state).map(({ id }) => id), ["call_1_0/1"]);
  const late = done(0)(running.state);
  const cut = play(running, send("m2", "interrupt"));
  assert.deepEqual(pending(cut.state).map(({ kind }) => kind), ["model"]);
  assert.deepEqual(cut.state.transcript[2], {
    role: "tool",
    call_id: "call_1_0",
    content: "Stopped, outcome unknown: the turn was cancelled: interrupted by message m2",
    failed: true,
  });
  assert.deepEqual(types(play(cut.then, late)), []);
});

Deno.test("decide() settles the open questions of a turn that a message interrupts", () => {
  const waiting = play(openSession(), send("m1"), propose({ risk: 3 })).then;
  const cut = play(waiting, send("m2", "interrupt"));
  assert.deepEqual(payloadOf(cut, "turn.cancelled").open_approvals, ["apr_ses_1_6"]);
});

Deno.test("decide() says that an interrupted call's outcome is unknown when its turn is cancelled", () => {
  const cut = play(
    openSession(),
    send("m1"),
    propose({ idempotent: false }, { risk: 3 }),
    interrupted(0),
    cancel(),
  );
  assert.deepEqual(cut.state.transcript.slice(2).map((item) => "content" in item && item.content), [
    "Stopped, outcome unknown: the turn was cancelled: enough",
    "Not run: the turn was cancelled: enough",
  ]);
});

Deno.test("decide() refuses a message when the limit of waiting ones is reached", () => {
  const full = play(
    openSession({}, { mailbox_per_session: 2 }),
    send("m1"),
    send("m2"),
    send("m3", "inject"),
  ).then;
  for (const on_busy of ["queue", "inject", "interrupt"] as const) {
    assert.equal(play(full, send("m4", on_busy)).rejected, "mailbox_full");
  }
  assert.equal(play(full, answer("joined"), send("m4")).rejected, null);
});

Deno.test("decide() gives each of very many waiting messages its failed turn when the session's budget is used up", () => {
  const many = 3000;
  let at = openSession({ budgets: { session: { steps: 1 } } }, { mailbox_per_session: many });
  at = play(at, send("m0")).then;
  const queue = Array.from({ length: many }, (_, i) => ({ message_id: `m${i + 1}`, content: "" }));
  at = at.given(...queue.map((message) => ({
    type: "message.received",
    v: 1,
    payload: { ...message, disposition: "queue" },
  } as const)));
  const last = play(at, answer("done"));
  assert.equal(last.state.turns, many + 1);
  assert.equal(last.state.turn, null);
  assert.deepEqual(types(last).slice(2, 5), ["turn.started", "budget.exceeded", "turn.failed"]);
});
