import assert from "node:assert/strict";
import {
  compactTranscript,
  estimateTokens,
  itemTokens,
  planCompaction,
  renderRemoved,
  systemPrompt,
  windowMessages,
} from "./context.ts";
import {
  type AgentDraft,
  answer,
  cancel,
  done,
  openSession,
  payloadOf,
  play,
  propose,
  sampleAgent,
  send,
  type SessionScenario,
  summarise,
  types,
} from "./session_scenario.ts";
import { initialState, type Item, type SessionState } from "./state.ts";

/** A text of about that many tokens. */
const text = (tokens: number) => "x".repeat(tokens * 4);

/** One turn with a message and an answer of that many tokens each. */
function turn(from: SessionScenario, id: string, tokens: number): SessionScenario {
  return play(from, send(id, null, text(tokens)), answer(text(tokens))).then;
}

/** A session with that transcript and no turn. */
function holding(transcript: Item[], spec: AgentDraft = { context_tokens: 1000 }): SessionState {
  return { ...initialState("ses_1"), phase: "open", agent: sampleAgent(spec), transcript };
}

const user = (message_id: string, tokens: number): Item => ({
  role: "user",
  message_id,
  content: text(tokens),
});

const group = (id: string, tokens: number): Item[] => [
  { role: "assistant", text: "", calls: [{ id, skill: "clock", input: {} }] },
  { role: "tool", call_id: id, content: text(tokens), failed: false },
];

Deno.test("estimateTokens() takes about one token for four characters", () => {
  assert.equal(estimateTokens(""), 0);
  assert.equal(estimateTokens("12345"), 2);
});

Deno.test("systemPrompt() shows what memory found before the summary, leaving out what does not fit", () => {
  const note = (id: string, text: string) => ({ id, kind: "fact", text, at: 1, score: 1 }) as const;
  const { state } = play(openSession({ system: "Be kind", context_tokens: 1000 }), send("m1"));
  const recalled = [note("long", text(201)), note("a", "Tea\nat five"), note("b", "Rome")];
  const shown = systemPrompt({
    ...state,
    summary: "They met",
    turn: { ...state.turn!, recalled },
  });
  assert.match(
    shown,
    /^Be kind\n\nRemembered .*:\n- \[fact, a\] Tea\n {2}at five\n- \[fact, b\] Rome\n\nSummary .*\nThey met$/,
  );
  // The turn's own message leaves no room for it.
  const full = play(openSession({ context_tokens: 1000 }), send("m1", null, text(990))).state;
  assert.equal(systemPrompt({ ...full, turn: { ...full.turn!, recalled } }), "");
});

Deno.test("systemPrompt() keeps what was remembered within its line, however its lines end", () => {
  const { state } = play(openSession({ context_tokens: 1000 }), send("m1"));
  const said = "x\r\n# a\r# b\u0085# c\u2028# d\u2029# e\n# f";
  const recalled = [{ id: "a", kind: "fact", text: said, at: 1, score: 1 } as const];
  const shown = systemPrompt({ ...state, turn: { ...state.turn!, recalled } });
  const lines = shown.split(/[\r\n\u0085\u2028\u2029]/).slice(1);
  assert.deepEqual(lines, ["- [fact, a] x", ..."abcdef".split("").map((end) => `  # ${end}`)]);
});

Deno.test("itemTokens() counts the calls of an answer as well as its text", () => {
  const [answer] = group("call_1_0", 0);
  assert.equal(itemTokens(answer!), 6 + estimateTokens("clock{}"));
});

Deno.test("systemPrompt() carries the summary of what the transcript no longer holds", () => {
  const state = { ...holding([], { system: "Be kind" }), summary: "They met" };
  const note = "Summary of the conversation before this point:\nThey met";
  assert.equal(systemPrompt(state), `Be kind\n\n${note}`);
  assert.equal(systemPrompt({ ...state, agent: sampleAgent() }), note);
});

Deno.test("planCompaction() leaves a window that fits alone", () => {
  assert.equal(planCompaction(holding([user("m1", 900), user("m2", 88)])), null);
  assert.deepEqual(planCompaction(holding([user("m1", 900), user("m2", 89)])), {
    removed: 1,
    pinned: [],
  });
});

Deno.test("planCompaction() keeps about half of the room, in whole groups", () => {
  const transcript = [
    user("m1", 300),
    ...group("call_1_0", 300),
    ...group("call_2_0", 300),
    user("m2", 200),
  ];
  assert.deepEqual(planCompaction(holding(transcript)), { removed: 5, pinned: [] });
  const small = [user("m1", 600), ...group("call_1_0", 200), user("m2", 240)];
  assert.deepEqual(planCompaction(holding(small)), { removed: 1, pinned: [] });
});

Deno.test("planCompaction() makes room for a long system prompt", () => {
  const spec = { context_tokens: 1000, system: text(900) };
  const transcript = [user("m1", 40), user("m2", 40), user("m3", 20)];
  assert.deepEqual(planCompaction(holding(transcript, spec)), { removed: 2, pinned: [] });
});

Deno.test("planCompaction() keeps the last group even when it alone is over the budget", () => {
  assert.deepEqual(planCompaction(holding([user("m1", 10), ...group("call_1_0", 2000)])), {
    removed: 1,
    pinned: [],
  });
  assert.equal(planCompaction(holding(group("call_1_0", 2000))), null);
});

Deno.test("compactTranscript() keeps pinned messages in their order", () => {
  const transcript = [user("m1", 1), user("m2", 1), ...group("call_1_0", 1), user("m3", 1)];
  assert.deepEqual(compactTranscript(transcript, { removed: 4, pinned: ["m2"] }), [
    user("m2", 1),
    user("m3", 1),
  ]);
});

Deno.test("renderRemoved() begins with the summary so far and shows calls with their results", () => {
  const state = { ...holding([user("m1", 1), ...group("call_1_0", 1)]), summary: "They met" };
  assert.equal(
    renderRemoved(state, { removed: 3, pinned: [] }),
    "summary of what came before: They met\n  user: xxxx\n  assistant: \n  calls clock (call_1_0): {}\n" +
      "  result of call_1_0: xxxx",
  );
});

Deno.test("windowMessages() shows the whole transcript as long as it fits", () => {
  const running = play(
    turn(openSession({ context_tokens: 1000 }), "m1", 100),
    send("m2", null, text(700)),
  ).state;
  assert.equal(running.turn?.due?.kind, "model");
  assert.deepEqual(windowMessages(running).map(({ role }) => role), ["user", "assistant", "user"]);
});

Deno.test("windowMessages() drops the oldest groups when compaction could not make room", () => {
  const transcript = [user("m1", 400), ...group("call_1_0", 400), ...group("call_2_0", 400)];
  const shown = windowMessages(holding(transcript));
  assert.deepEqual(shown.map((message) => message.role), [
    "assistant",
    "tool",
    "assistant",
    "tool",
  ]);
});

Deno.test("windowMessages() always shows the running turn's own messages", () => {
  let at = play(openSession({ context_tokens: 1000 }), send("m1", null, text(900))).then;
  at = play(at, propose({}), done(0, text(200)), summarise("s")).then;
  const shown = windowMessages(at.state);
  assert.deepEqual(shown.map(({ role }) => role), ["user", "assistant", "tool"]);
});

Deno.test("decide() compacts before the model call when the window is over its budget", () => {
  const at = turn(turn(openSession({ context_tokens: 1000 }), "m1", 150), "m2", 150);
  const over = play(at, send("m3", null, text(400)));
  assert.deepEqual(over.state.turn?.due, {
    kind: "compact",
    call_id: "compact_11",
    plan: { removed: 3, pinned: [] },
  });
  const made = play(over.then, summarise("They said x"));
  assert.deepEqual(types(made), ["context.compacted"]);
  assert.equal(payloadOf(made, "context.compacted").removed, 3);
  assert.deepEqual(made.state.turn?.due, { kind: "model", call_id: "llm_12" });
  assert.equal(made.state.summary, "They said x");
  assert.deepEqual(windowMessages(made.state).map(({ role }) => role), ["assistant", "user"]);
});

Deno.test("decide() compacts in the middle of a turn and pins the turn's own message", () => {
  const results = play(
    openSession({ context_tokens: 1000 }, { skill_output_model_chars: 4000 }),
    send("m1"),
    propose({}),
    done(0, text(600)),
    propose({}),
    done(0, text(390)),
  );
  assert.equal(results.state.turn?.due?.kind, "compact");
  const made = play(results.then, summarise("The clock said x"));
  const { removed, pinned } = payloadOf(made, "context.compacted");
  assert.deepEqual([removed, pinned], [3, ["m1"]]);
  assert.deepEqual(windowMessages(made.state).map(({ role }) => role), [
    "user",
    "assistant",
    "tool",
  ]);
});

Deno.test("decide() makes one summary before a model call, also when that made no room", () => {
  let at = play(turn(openSession({ context_tokens: 1000 }), "m1", 600), send("m2")).then;
  assert.equal(at.state.turn?.due?.kind, "compact");
  at = play(at, summarise(text(3000))).then;
  assert.equal(at.state.turn?.due?.kind, "model");
  at = play(at, propose({}), done(0)).then;
  assert.equal(at.state.turn?.due?.kind, "model", "Nothing but the last group is left");
  at = play(at, propose({}), done(0)).then;
  assert.equal(at.state.turn?.due?.kind, "compact");
  at = play(at, summarise("short")).then;
  assert.equal(at.state.turn?.due?.kind, "model");
  assert.equal(at.state.summary, "short");
});

Deno.test("decide() goes on without a good summary, and journals why", () => {
  const why = { code: "model_failed", message: "No provider answered" };
  const over = play(turn(openSession({ context_tokens: 1000 }), "m1", 600), send("m2")).then;
  const made = play(over, summarise("m1 and its answer were cut", why));
  assert.deepEqual(payloadOf(made, "context.compacted").degraded, why);
  assert.equal(made.state.turn?.due?.kind, "model");
});

Deno.test("decide() keeps the earlier summary when a further one cannot be made, and adds a note once", () => {
  const why = { code: "model_failed", message: "No provider answered" };
  let at = openSession({ context_tokens: 1000 });
  const summaries = [];
  for (
    const summary of [summarise("They said x"), summarise("(Cut)", why), summarise("(Cut)", why)]
  ) {
    at = play(turn(at, `m${summaries.length}`, 600), send(`n${summaries.length}`), summary).then;
    summaries.push(at.state.summary);
    at = play(at, answer("ok")).then;
  }
  assert.deepEqual(summaries, ["They said x", "They said x\n(Cut)", "They said x\n(Cut)"]);
});

Deno.test("decide() ignores a summary that comes twice or after the turn was cancelled", () => {
  const over = play(turn(openSession({ context_tokens: 1000 }), "m1", 600), send("m2")).then;
  const summary = summarise("s")(over.state);
  assert.deepEqual(types(play(over, summary, summary)), []);
  assert.deepEqual(types(play(over, cancel(), summary)), []);
  const next = play(over, cancel(), send("m3"));
  assert.equal(next.state.turn?.due?.kind, "compact");
  assert.deepEqual(types(play(next.then, summary)), []);
});

Deno.test("decide() counts what a summary uses, and ends the turn if that was the last", () => {
  const spec = { context_tokens: 1000, budgets: { session: { tokens: 30 } } };
  const over = play(turn(openSession(spec), "m1", 600), send("m2")).then;
  const made = play(over, summarise("s"));
  assert.deepEqual(types(made), ["context.compacted", "budget.exceeded", "turn.failed"]);
  assert.equal(made.state.usage.input_tokens, 20);
});
