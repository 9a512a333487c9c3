import assert from "node:assert/strict";
import type { SessionEventType } from "../../actors/session/events.ts";
import {
  converse,
  type Dialogue,
  type DialogueAction,
  type DialogueInput,
  isIdle,
  openQuestion,
  promptOf,
  startDialogue,
} from "./chat_dialogue.ts";
import type { Question } from "./chat_question.ts";
import { EXIT } from "./exit_code.ts";
import { createStyle } from "./style.ts";

const QUESTION: Question = {
  id: "apr_1",
  kind: "skill",
  skill: "http_send",
  input: { url: "http://a" },
  risk: 3,
};

const INTERRUPTED: Question = { ...QUESTION, id: "apr_2", kind: "interrupted" };

/** A conversation driven by hand: what it wrote and did is collected. */
class Talk {
  dialogue: Dialogue;
  text = "";
  actions: DialogueAction[] = [];
  #seq: number;

  constructor(start: Partial<Dialogue> = {}) {
    this.dialogue = { ...startDialogue(IDLE), ...start };
    this.#seq = this.dialogue.seq;
  }

  take(input: DialogueInput): this {
    const step = converse(this.dialogue, input, createStyle(false));
    this.dialogue = step.dialogue;
    this.text += step.text;
    this.actions.push(...step.actions);
    return this;
  }

  line(line: string): this {
    return this.take({ kind: "line", line });
  }

  event(type: SessionEventType, payload: unknown): this {
    const seq = ++this.#seq;
    const at = "2026-01-01T00:00:00.000Z";
    const event = { seq, type, v: 1, at, cause: "c", hash: "h", payload: payload as null };
    return this.take({ kind: "entry", entry: { kind: "event", event } });
  }

  received(content: string, disposition = "start"): this {
    return this.event("message.received", { message_id: `m-${content}`, content, disposition });
  }

  started(...contents: string[]): this {
    return this.event("turn.started", {
      turn: 1,
      message_ids: contents.map((text) => `m-${text}`),
    });
  }

  completed(): this {
    return this.event("turn.completed", { turn: 1, call_id: "c", usage: {} });
  }

  asked({ id, ...question }: Question = QUESTION): this {
    const type = question.kind === "skill" ? "approval.requested" : "skill.interrupted";
    return this.event(type, { approval_id: id, call_id: "c", ...question });
  }
}

const IDLE = { interactive: true, seq: 1, live_from: 1, turn: false, questions: [] };

Deno.test("converse() sends a typed line and is idle again when its turn is over", () => {
  const talk = new Talk();
  assert.equal(promptOf(talk.dialogue), "› ");
  talk.line("hi");
  assert.deepEqual(talk.actions, [{ kind: "send", content: "hi" }]);
  assert.equal(promptOf(talk.dialogue), null);
  talk.received("hi");
  assert.equal(isIdle(talk.dialogue), false, "received and not begun");
  talk.started("hi");
  assert.equal(isIdle(talk.dialogue), false);
  talk.completed();
  assert.equal(promptOf(talk.dialogue), "› ");
  assert.equal(talk.text, "", "its own message is not shown a second time");
});

Deno.test("converse() waits for queued messages, and shows those of others", () => {
  const talk = new Talk().line("a").received("a").started("a").received("b", "queue");
  assert.equal(talk.text, "› b (queued)\n");
  talk.completed();
  assert.equal(isIdle(talk.dialogue), false);
  talk.started("b").completed();
  assert.equal(isIdle(talk.dialogue), true);
});

Deno.test("converse() sends nothing for an empty line", () => {
  assert.deepEqual(new Talk().line("  ").actions, []);
});

Deno.test("converse() takes a message back that was refused", () => {
  const action = { kind: "send", content: "hi" } as const;
  const talk = new Talk().line("hi");
  talk.take({ kind: "refused", action, code: "mailbox_full", message: "Too many" });
  assert.equal(talk.text, "✗ Too many\n");
  assert.equal(promptOf(talk.dialogue), "› ");
});

Deno.test("converse() asks about a risky call and sends the decision", () => {
  const talk = new Talk({ turn: true }).asked();
  assert.match(
    talk.text,
    /http_send wants to run \(risk 3 of 5\) with\n {2}\{\n {4}"url": "http:\/\/a"/,
  );
  assert.equal(promptOf(talk.dialogue), "[a]pprove, [d]eny [why], [e]dit the input: ");
  talk.line("maybe").line("d not today");
  assert.match(talk.text, /none of the choices/);
  const decision = { decision: "deny", reason: "not today" };
  assert.deepEqual(talk.actions, [{ kind: "decide", question: QUESTION, decision }]);
  assert.equal(openQuestion(talk.dialogue), null);
});

Deno.test("converse() lets the input be edited, and repeats the question after a mistake", () => {
  const talk = new Talk({ turn: true }).asked().line("e");
  assert.deepEqual(talk.actions, [{ kind: "prefill", text: '{"url":"http://a"}' }]);
  assert.equal(promptOf(talk.dialogue), "input as JSON: ");
  talk.line("{").line("edit").line('{"url":"http://b"}');
  assert.match(talk.text, /The input is no JSON/);
  const decision = { decision: "approve", input: { url: "http://b" } };
  assert.deepEqual(talk.actions.at(-1), { kind: "decide", question: QUESTION, decision });
});

Deno.test("converse() asks what becomes of an interrupted call", () => {
  for (
    const [line, decision] of [
      ["r", { decision: "run_again" }],
      ["f it never came", { decision: "fail", reason: "it never came" }],
      ['t {"sent":true}', { decision: "treat_as_done", input: { sent: true } }],
      ["t", { decision: "treat_as_done" }],
    ] as const
  ) {
    const talk = new Talk({ turn: true }).asked(INTERRUPTED).line(line);
    assert.deepEqual(talk.actions, [{ kind: "decide", question: INTERRUPTED, decision }]);
  }
});

Deno.test("converse() asks one question after the other", () => {
  const second = { ...QUESTION, id: "apr_3" };
  const talk = new Talk({ turn: true }).asked().asked(second).line("y");
  assert.equal(openQuestion(talk.dialogue)?.id, "apr_3");
  assert.equal(talk.text.match(/wants to run/g)?.length, 2);
});

Deno.test("converse() asks nothing that was decided in the past or by somebody else", () => {
  const decided = { approval_id: "apr_1", call_id: "c", decision: "approve" };
  const past = new Talk({ seq: 1, live_from: 4, turn: true }).asked();
  assert.equal(promptOf(past.dialogue), null);
  past.event("approval.decided", decided);
  past.event("skill.started", { call_id: "c", input: {}, key: "k", attempt: 1 });
  assert.equal(openQuestion(past.dialogue), null);
  assert.doesNotMatch(past.text, /wants to run/);
  const other = new Talk({ turn: true }).asked().event("approval.decided", decided);
  assert.equal(openQuestion(other.dialogue), null);
});

Deno.test("converse() asks in the end what history left open", () => {
  const talk = new Talk({ seq: 1, live_from: 2, turn: true }).asked();
  assert.match(talk.text, /wants to run/);
});

Deno.test("converse() asks again when an answer was refused, unless it is settled", () => {
  const refuse = (code: string) => {
    const talk = new Talk({ turn: true }).asked().line("y");
    const action = talk.actions[0]!;
    return talk.take({ kind: "refused", action, code, message: "No" });
  };
  assert.equal(openQuestion(refuse("invalid_request").dialogue)?.id, "apr_1");
  assert.equal(openQuestion(refuse("approval_decided").dialogue), null);
});

Deno.test("converse() cancels the turn at the first Ctrl-C and leaves at the second", () => {
  const talk = new Talk({ turn: true }).take({ kind: "interrupt" });
  assert.deepEqual(talk.actions, [{ kind: "cancel" }]);
  talk.take({ kind: "interrupt" });
  assert.deepEqual(talk.actions.at(-1), { kind: "leave", exit: EXIT.interrupted });
});

Deno.test("converse() forgets the first Ctrl-C once the turn is cancelled", () => {
  const talk = new Talk({ turn: true }).take({ kind: "interrupt" });
  talk.event("turn.cancelled", { turn: 1, reason: "Enough", open_calls: [] });
  talk.take({ kind: "interrupt" });
  assert.deepEqual(talk.actions, [{ kind: "cancel" }]);
  assert.match(talk.text, /Ctrl-C again leaves\n$/);
});

Deno.test("converse() leaves at Ctrl-D at once, and at the end of a file when all is answered", () => {
  const leave = { kind: "leave", exit: EXIT.ok } as const;
  assert.deepEqual(new Talk({ turn: true }).take({ kind: "end" }).actions, [leave]);
  const piped = new Talk({ turn: true, interactive: false }).take({ kind: "end" });
  assert.deepEqual(piped.actions, []);
  assert.deepEqual(piped.completed().actions, [leave]);
});

Deno.test("converse() fails at the end of a file when only a person could go on", () => {
  const talk = new Talk({ turn: true, interactive: false }).take({ kind: "end" }).asked();
  assert.deepEqual(talk.actions, [{ kind: "leave", exit: EXIT.failed }]);
  assert.match(talk.text, /synapse approvals approve apr_1\n$/);
});

Deno.test("converse() leaves a session that is closed", () => {
  const talk = new Talk().event("session.closed", { reason: null });
  assert.deepEqual(talk.actions, [{ kind: "leave", exit: EXIT.ok }]);
});
