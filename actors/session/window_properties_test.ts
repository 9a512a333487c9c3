import assert from "node:assert/strict";
import { estimateTokens, itemTokens, planCompaction, systemPrompt } from "./context.ts";
import type { ModelMessage, ModelWork } from "./model_request.ts";
import { pending } from "./pending.ts";
import { always, inTheEnd } from "./random_moves.ts";
import type { Item, SessionState } from "./state.ts";

/** The window of the model call that is due, or null. */
function dueWindow(state: SessionState): ModelWork | null {
  return state.turn?.due?.kind === "model" ? pending(state)[0]?.input as ModelWork : null;
}

/** Throws unless each call has one result, right behind its answer, and the model has to speak next. */
function assertValidWindow(messages: readonly ModelMessage[]): void {
  let owed: string[] = [];
  const ids = messages.flatMap((message) =>
    message.role === "assistant" ? message.calls.map(({ id }) => id) : []
  );
  assert.equal(new Set(ids).size, ids.length, "Ids of calls are unique in a window");
  for (const message of messages) {
    if (message.role === "tool") {
      assert.ok(owed.includes(message.call_id), `Result ${message.call_id} belongs to an answer`);
      owed = owed.filter((id) => id !== message.call_id);
    } else {
      assert.deepEqual(owed, [], "Results come right after their answer");
      if (message.role === "assistant") owed = message.calls.map(({ id }) => id);
    }
  }
  assert.deepEqual(owed, [], "Each call has a result");
  assert.notEqual(messages.at(-1)?.role, "assistant");
}

Deno.test("windowMessages() is always what providers take", () => {
  always(({ state }) => {
    const work = dueWindow(state);
    if (work) assertValidWindow(work.messages);
  });
});

/** The running turn's own messages. */
const ownMessages = ({ turn, transcript }: SessionState): Item[] =>
  transcript.filter((item) => item.role === "user" && turn?.message_ids.includes(item.message_id));

/** About how many tokens messages have; a user's id costs nothing. */
const tokensOf = (messages: readonly (ModelMessage | Item)[]): number =>
  messages.reduce(
    (sum, message) =>
      sum + itemTokens(message.role === "user" ? { message_id: "", ...message } : message),
    0,
  );

Deno.test("windowMessages() holds every message of the running turn that joined, in order", () => {
  always(({ state }) => {
    const work = dueWindow(state);
    if (!work) return;
    const own = ownMessages(state);
    assert.deepEqual(
      own.map((item) => item.role === "user" && item.message_id),
      state.turn?.message_ids,
    );
    const shown = work.messages.flatMap((message) =>
      message.role === "user" ? [message.content] : []
    );
    assert.deepEqual(
      shown.slice(-own.length),
      own.map((item) => item.role === "user" && item.content),
    );
  });
});

Deno.test("windowMessages() stays within the budget unless what must be shown is more", () => {
  always(({ state }) => {
    const work = dueWindow(state);
    if (!work) return;
    const { messages, system } = work;
    const lastGroup = messages.slice(messages.findLastIndex(({ role }) => role !== "tool"));
    const group = lastGroup[0]?.role === "assistant" ? lastGroup : [];
    const needed = tokensOf([...ownMessages(state), ...group]);
    const budget = state.agent!.spec.context_tokens - estimateTokens(system);
    assert.ok(tokensOf(messages) <= Math.max(budget, needed), `Room is ${budget} tokens`);
  });
});

Deno.test("windowMessages() shows the whole transcript unless there is something left to compact", () => {
  always(({ state }) => {
    const work = dueWindow(state);
    if (!work || planCompaction(state)) return;
    const left = state.transcript.length - work.messages.length;
    assert.equal(left, 0, `Window leaves out ${left} messages`);
  });
});

Deno.test("decide() makes at most one summary before each model call", () => {
  inTheEnd(({ journal }) => {
    let summaries = 0;
    for (const { event } of journal) {
      if (event.type === "llm.completed" || event.type === "turn.started") summaries = 0;
      if (event.type === "context.compacted") summaries += 1;
      assert.ok(summaries <= 1);
    }
  });
});

Deno.test("systemPrompt() shows what memory found only where the turn's own messages leave room", () => {
  always(({ state }) => {
    const { turn } = state;
    if (!turn || !state.agent || turn.recalled.length === 0) return;
    const without = { ...state, turn: { ...turn, recalled: [] } };
    const [full, bare] = [systemPrompt(state), systemPrompt(without)].map(estimateTokens);
    if (full === bare) return;
    const { context_tokens } = state.agent.spec;
    assert.ok(full! + tokensOf(ownMessages(state)) <= context_tokens);
    assert.ok(full! - bare! <= context_tokens * 0.2 + 1);
  });
});
