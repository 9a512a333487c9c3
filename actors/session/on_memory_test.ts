import assert from "node:assert/strict";
import { session } from "./behavior.ts";
import type { CommandOf, SessionCommand } from "./commands.ts";
import type { Fault } from "./values.ts";
import { memoryNote } from "./memory_item.ts";
import { MEMORY_TIMER } from "./on_memory.ts";
import {
  answer,
  close,
  judge,
  openSession,
  payloadOf,
  play,
  propose,
  send,
  type SessionOutcome,
  START,
  types,
} from "./session_scenario.ts";
import { NO_USAGE, type SessionState } from "./state.ts";
import type { ModelWork } from "./model_request.ts";

const AWAY: Fault = { code: "memory_unavailable", message: "Memory is away" };

const ITEM = {
  id: "mem_1",
  kind: "fact",
  text: "Ada drinks tea",
  at: START - 1,
  score: 0.5,
} as const;

const remember = (text: string) => propose({ skill: "remember", input: { text }, risk: 1 });

const found = (
  more: Partial<CommandOf<"memory.found">> = {},
) =>
(state: SessionState): SessionCommand => ({
  type: "memory.found",
  call_id: state.turn?.due?.call_id ?? state.turn?.calls[0]?.call_id ?? "none",
  items: [ITEM],
  mode: "lexical",
  unavailable: null,
  ...more,
});

const first = ({ memory }: SessionState) => memory.unwritten[0] ?? 0;

const settle = (state: SessionState): SessionCommand => ({
  type: "memory.settle",
  of: first(state),
  outcomes: [],
  forgotten: 0,
  refused: null,
});

const defer = (state: SessionState): SessionCommand => ({
  type: "memory.defer",
  of: first(state),
  error: AWAY,
});

const kinds = (outcome: SessionOutcome) =>
  session.pending(outcome.state).map(({ kind, policy }) => `${kind} ${policy}`);

const AUTO = { memory: { recall: { auto: true, k: 2 } } };

Deno.test("remember notes the item, ends its call at once, and owes memory a write", () => {
  const outcome = play(openSession(), send("m1"), remember("Ada drinks tea"));
  assert.deepEqual(types(outcome), [
    "llm.completed",
    "skill.requested",
    "skill.started",
    "memory.noted",
    "skill.completed",
  ]);
  const note = memoryNote("assistant", { kind: "fact", text: "Ada drinks tea" });
  assert.deepEqual(payloadOf(outcome, "memory.noted"), {
    call_id: "call_1_0",
    source: "skill",
    owner: "assistant",
    items: [note],
    usage: NO_USAGE,
    error: null,
  });
  assert.deepEqual(payloadOf(outcome, "skill.completed").output, { id: note.id, remembered: true });
  assert.deepEqual(kinds(outcome), ["model retry", "memory_write retry"]);
  const seq = outcome.state.memory.unwritten[0];
  assert.deepEqual(session.pending(outcome.state)[1]?.input, { seq });
});

Deno.test("remember after an approval notes what was approved", () => {
  const risky = propose({ skill: "remember", input: { text: "A" }, risk: 3 });
  const edited = judge(0, "approve", { input: { text: "B", kind: "procedure" } });
  const outcome = play(openSession(), send("m1"), risky, edited);
  assert.equal(payloadOf(outcome, "memory.noted").items[0]?.text, "B");
  assert.deepEqual(kinds(outcome), ["model retry", "memory_write retry"]);
});

Deno.test("remember gives the same text the same id, for each owner and kind its own", () => {
  const id = (owner: string, kind: "fact" | "episode", text: string) =>
    memoryNote(owner, { kind, text }).id;
  const one = id("a", "fact", " tea  at five ");
  assert.equal(one, id("a", "fact", "tea at five"));
  assert.notEqual(one, id("b", "fact", "tea at five"));
  assert.notEqual(one, id("a", "episode", "tea at five"));
  for (const other of ["tea at six", "Tea at five", "tea at fivé"]) {
    assert.notEqual(one, id("a", "fact", other));
  }
  assert.notEqual(id("a", "fact", "5 m²"), id("a", "fact", "5 m2"));
  assert.equal(id("a", "fact", "cafe\u0301"), id("a", "fact", "caf\u00e9"));
});

Deno.test("remember fails clearly for input that is none, and when too much waits for memory", () => {
  const wrong = play(openSession(), send("m1"), remember(" "));
  assert.equal(payloadOf(wrong, "skill.failed").error.code, "skill_invalid_input");
  const full = play(
    openSession({}, { memory_unwritten: 1 }),
    send("m1"),
    remember("a"),
    remember("b"),
  );
  assert.equal(payloadOf(full, "skill.failed").error.code, "memory_full");
  assert.equal(full.state.memory.unwritten.length, 1);
  const none = play(openSession({}, { memory_unwritten: 0 }), send("m1"), remember("a"));
  assert.match(payloadOf(none, "skill.failed").error.message, /no memory/);
});

Deno.test("memory.settle takes one change after the other, and an old one changes nothing", () => {
  const noted = play(openSession(), send("m1"), remember("a"), remember("b"));
  const [one, two] = noted.state.memory.unwritten;
  const later = { type: "memory.settle", of: two!, outcomes: [], forgotten: 0, refused: null };
  assert.deepEqual(types(play(noted.then, later as SessionCommand)), []);
  const written = play(noted.then, settle);
  assert.equal(payloadOf(written, "memory.written").of, one);
  assert.deepEqual(written.state.memory.unwritten, [two]);
  assert.deepEqual(types(play(written.then, { ...later, of: one } as SessionCommand)), []);
  assert.deepEqual(play(written.then, settle).state.memory.unwritten, []);
});

Deno.test("memory.defer lets the session owe nothing until the timer rings, longer each time", () => {
  const idle = play(openSession(), send("m1"), remember("a"), answer("ok"));
  const deferred = play(idle.then, defer);
  assert.deepEqual(kinds(deferred), []);
  assert.deepEqual(deferred.decision.timers, [{
    name: MEMORY_TIMER,
    at: START + 15_000,
    command: { type: "memory.retry", of: first(idle.state) },
  }]);
  const retry = (state: SessionState): SessionCommand => ({
    type: "memory.retry",
    of: first(state),
  });
  const again = play(deferred.then, retry);
  assert.deepEqual(types(again), ["memory.resumed"]);
  assert.deepEqual(kinds(again), ["memory_write retry"]);
  assert.notEqual(session.pending(again.state)[0]?.id, session.pending(idle.state)[0]?.id);
  assert.equal(payloadOf(play(again.then, defer), "memory.deferred").until, START + 30_000);
  assert.deepEqual(types(play(again.then, retry)), []);
  const written = play(again.then, settle);
  assert.deepEqual([written.state.memory.attempts, kinds(written)], [0, []]);
});

Deno.test("A turn of an agent that looks into memory begins with that", () => {
  const started = play(openSession(AUTO), send("m1", null, "What does Ada drink?"));
  const [effect] = session.pending(started.state);
  assert.equal(effect?.kind, "memory_recall");
  assert.deepEqual(effect?.input, {
    call_id: effect?.id,
    query: "What does Ada drink?",
    owner: "assistant",
    k: 2,
    kinds: null,
    min_score: null,
  });
  const recalled = play(started.then, found());
  assert.deepEqual(payloadOf(recalled, "memory.recalled").items, [ITEM]);
  const work = session.pending(recalled.state)[0]?.input as ModelWork;
  assert.match(work.system, /\[fact, mem_1\] Ada drinks tea/);
  assert.deepEqual(types(play(recalled.then, found())), []);
});

Deno.test("A turn goes on without memory, and the journal says why", () => {
  const away = found({ items: [], mode: "none", unavailable: AWAY });
  const outcome = play(openSession(AUTO), send("m1"), away);
  assert.deepEqual(payloadOf(outcome, "memory.recalled").unavailable, AWAY);
  assert.deepEqual(kinds(outcome), ["model retry"]);
  assert.deepEqual(types(play(outcome.then, answer("ok"))), ["llm.completed", "turn.completed"]);
});

Deno.test("recall asks memory and gives the model what it finds, or says that it cannot", () => {
  const asked = play(
    openSession(),
    send("m1"),
    propose({ skill: "recall", input: { query: "tea" } }),
  );
  assert.deepEqual(kinds(asked), ["memory_recall retry"]);
  const outcome = play(asked.then, found());
  assert.deepEqual(payloadOf(outcome, "skill.completed").output, [
    { id: "mem_1", kind: "fact", noted: new Date(ITEM.at).toISOString(), text: "Ada drinks tea" },
  ]);
  const failed = play(asked.then, found({ items: [], mode: "none", unavailable: AWAY }));
  assert.deepEqual(payloadOf(failed, "skill.failed").error, AWAY);
  assert.deepEqual(kinds(failed), ["model retry"]);
  const wrong = play(openSession(), send("m1"), propose({ skill: "recall", input: {} }));
  assert.equal(payloadOf(wrong, "skill.failed").error.code, "skill_invalid_input");
});

Deno.test("forget has memory forget items by id", () => {
  const call = propose({ skill: "forget", input: { ids: ["mem_1"] }, risk: 2 });
  const outcome = play(openSession(), send("m1"), call);
  assert.deepEqual(payloadOf(outcome, "memory.forgetting"), {
    ids: ["mem_1"],
    owner: "assistant",
    by: "the agent",
  });
  assert.deepEqual(payloadOf(outcome, "skill.completed").output, { forgotten: ["mem_1"] });
  assert.deepEqual(kinds(outcome), ["model retry", "memory_write retry"]);
});

Deno.test("memory.forget is for people, and taken by a closed session too", () => {
  const closed = play(openSession(), send("m1"), remember("a"), answer("ok"), close());
  const outcome = play(closed.then, { type: "memory.forget", ids: ["mem_1"], by: "ada" });
  assert.deepEqual(payloadOf(outcome, "memory.forgetting"), {
    ids: ["mem_1"],
    owner: null,
    by: "ada",
  });
  assert.equal(
    play(openSession({}, { memory_unwritten: 0 }), { type: "memory.forget", ids: ["x"], by: "ada" })
      .rejected,
    "memory_full",
  );
});

Deno.test("session.close forgets what the session noted when that is wanted, once", () => {
  const noted = play(openSession(), send("m1"), remember("a"), remember("b"), answer("ok"));
  const [head] = noted.state.memory.unwritten;
  const deleted = play(noted.then, { ...close(), forget: true });
  assert.deepEqual(types(deleted), ["session.closed", "memory.forgetting"]);
  assert.equal(payloadOf(deleted, "memory.forgetting").ids, null);
  // What may be under way goes first; the second note never reaches memory.
  const { unwritten } = deleted.state.memory;
  assert.deepEqual([unwritten.length, unwritten[0]], [2, head]);
  assert.deepEqual(types(play(deleted.then, { ...close(), forget: true })), []);
  assert.deepEqual(types(play(noted.then, close())), ["session.closed"]);
  const nothing = play(openSession(), { ...close(), forget: true });
  assert.deepEqual(types(nothing), ["session.closed"]);
});
