import assert from "node:assert/strict";
import type { SessionEventType } from "../../actors/session/events.ts";
import { EMPTY_VIEW, render } from "./chat_view.ts";
import type { StreamEntry } from "./follow.ts";
import { createStyle } from "./style.ts";

const USAGE = { input_tokens: 1, output_tokens: 1, cost_usd: 0 };

function event(type: SessionEventType | "later.invented", payload: unknown): StreamEntry {
  const at = "2026-01-01T00:00:00.000Z";
  const event = { seq: 1, type, v: 1, at, cause: "c", hash: "h", payload: payload as null };
  return { kind: "event", event };
}

function answer(text: string): StreamEntry {
  return event("llm.completed", { turn: 1, call_id: "c1", text, calls: [], usage: USAGE });
}

const delta = (text: string): StreamEntry => ({ kind: "delta", text });
const RESET: StreamEntry = { kind: "reset" };

function show(...entries: readonly StreamEntry[]): string {
  let [view, text] = [EMPTY_VIEW, ""];
  for (const entry of entries) {
    const rendered = render(view, entry, createStyle(false));
    view = rendered.view;
    text += rendered.text;
  }
  return text;
}

Deno.test("render() shows an answer once, streamed or not", () => {
  assert.equal(show(delta("Hel"), delta("lo"), answer("Hello")), "Hello\n");
  assert.equal(show(answer("Hello")), "Hello\n");
});

Deno.test("render() adds what was missed of a streamed answer", () => {
  assert.equal(show(delta("Hel"), answer("Hello")), "Hello\n");
});

Deno.test("render() shows the whole answer again when another one was streamed", () => {
  assert.equal(show(delta("Bye"), answer("Hello")), "Bye\nHello\n");
});

Deno.test("render() says that an answer begins again", () => {
  assert.equal(
    show(delta("Hal"), RESET, delta("Hello"), answer("Hello")),
    "Hal\n↻ The answer begins again\nHello\n",
  );
  assert.equal(show(RESET, answer("Hello")), "Hello\n");
});

Deno.test("render() cuts a line short when the connection breaks, and goes on with the rest", () => {
  assert.equal(
    show(delta("Hel"), { kind: "reconnecting" }, answer("Hello")),
    "Hel\n… The connection broke, trying again\nlo\n",
  );
});

Deno.test("render() shows a skill call, its result and its failure under the skill's name", () => {
  const requested = { turn: 1, call_id: "c2", skill: "clock", input: { zone: "UTC" }, risk: 0 };
  const error = { code: "skill_timeout", message: "Took too long" };
  assert.equal(
    show(
      event("skill.requested", requested),
      event("skill.completed", { call_id: "c2", output: "noon", via: "run", ms: 3 }),
      event("skill.failed", { call_id: "c2", error, ms: 3 }),
      event("turn.completed", { turn: 1, call_id: "c1", usage: USAGE }),
      event("skill.completed", { call_id: "c2", output: "noon", via: "run", ms: 3 }),
    ),
    '⚙ clock {"zone":"UTC"}\n  clock → noon\n  clock failed: Took too long (skill_timeout)\n' +
      "  c2 → noon\n",
  );
});

Deno.test("render() lets no control character of a model, skill or user reach the terminal", () => {
  const message = { message_id: "m", content: "\x1b]0;title\x07hi", disposition: "start" };
  const text = show(
    delta("\x1b"),
    delta("[2J"),
    answer("\x1b[2J"),
    event("message.received", message),
  );
  assert.equal(text, "[2J\n› ]0;titlehi\n");
});

Deno.test("render() says nothing about events that it does not know", () => {
  assert.equal(show(event("later.invented", {})), "");
});

Deno.test("render() names what ended a turn early", () => {
  const budget = { turn: 1, scope: "turn", budget: "tokens", limit: 10, used: 12 };
  const error = { code: "model_failed", message: "No answer" };
  assert.equal(
    show(
      event("budget.exceeded", budget),
      event("turn.failed", { turn: 1, error }),
      event("turn.cancelled", { turn: 1, reason: "Enough", open_calls: [] }),
    ),
    "■ The turn's budget is used up: tokens 12 of 10\n" +
      "✗ The turn failed: No answer (model_failed)\n■ Cancelled: Enough\n",
  );
});
