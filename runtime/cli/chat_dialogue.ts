/**
 * A conversation as a pure function: what happens (an entry of the stream, a typed line, Ctrl-C) goes
 * in; what to write and what to do comes out. `chat.ts` is its hands and eyes.
 *
 * @module
 */
import type { SessionEvent } from "../../actors/session/events.ts";
import type { ApiDecision } from "./api_types.ts";
import {
  type Answer,
  askText,
  choices,
  type Question,
  questionOf,
  readAnswer,
  readEdited,
} from "./chat_question.ts";
import { type ChatView, EMPTY_VIEW, lineBreak, render } from "./chat_view.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import type { StreamEntry } from "./follow.ts";
import type { Style } from "./style.ts";

/** The codes of a node that has no use for a decision any more. */
const SETTLED: readonly string[] = [
  "approval_decided",
  "approval_not_found",
  "session_closed",
  "session_not_found",
];

/** Where a conversation stands. */
export interface Dialogue {
  readonly view: ChatView;
  /** Whether a person types; otherwise lines come from a file or a pipe. */
  readonly interactive: boolean;
  /** The last event seen. */
  readonly seq: number;
  /** Events up to this one are history: what they ask may be answered long since. */
  readonly live_from: number;
  /** Whether a turn runs. */
  readonly turn: boolean;
  /** Messages that were received and not yet taken up by a turn. */
  readonly queued: readonly string[];
  /** What was typed here and not yet seen in the stream. */
  readonly sending: readonly string[];
  /** What has to be decided, oldest first. */
  readonly questions: readonly Question[];
  /** Whether the next line is the edited input of the first question. */
  readonly editing: boolean;
  /** Whether Ctrl-C was pressed once. */
  readonly warned: boolean;
  /** Whether no more lines will come. */
  readonly ended: boolean;
}

/** What can happen. */
export type DialogueInput =
  | { readonly kind: "entry"; readonly entry: StreamEntry }
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "interrupt" }
  | { readonly kind: "end" }
  /** The node refused what an action asked. */
  | {
    readonly kind: "refused";
    readonly action: DialogueAction;
    readonly code: string;
    readonly message: string;
  };

/** What to do. */
export type DialogueAction =
  | { readonly kind: "send"; readonly content: string }
  | { readonly kind: "decide"; readonly question: Question; readonly decision: ApiDecision }
  | { readonly kind: "cancel" }
  /** Puts text on the line that the person edits. */
  | { readonly kind: "prefill"; readonly text: string }
  | { readonly kind: "leave"; readonly exit: ExitCode };

/** What follows from an input. */
export interface DialogueStep {
  readonly dialogue: Dialogue;
  readonly text: string;
  readonly actions: readonly DialogueAction[];
}

/** A conversation before anything was seen of it. */
export function startDialogue(
  start: Pick<Dialogue, "interactive" | "seq" | "live_from" | "turn" | "questions">,
): Dialogue {
  return {
    ...start,
    view: EMPTY_VIEW,
    queued: [],
    sending: [],
    editing: false,
    warned: false,
    ended: false,
  };
}

/** Whether nothing is under way. */
export function isIdle({ turn, queued, sending, seq, live_from }: Dialogue): boolean {
  return seq >= live_from && !turn && queued.length === 0 && sending.length === 0;
}

/** The question to answer now, or null. */
export function openQuestion({ questions, seq, live_from }: Dialogue): Question | null {
  return seq >= live_from ? questions[0] ?? null : null;
}

/** What stands before the line to type, or null while there is nothing to type. */
export function promptOf(dialogue: Dialogue): string | null {
  const question = openQuestion(dialogue);
  if (question !== null) return dialogue.editing ? "input as JSON: " : choices(question);
  return isIdle(dialogue) ? "› " : null;
}

/** Takes one input. */
export function converse(dialogue: Dialogue, input: DialogueInput, style: Style): DialogueStep {
  const step = take(dialogue, input, style);
  const before = openQuestion(dialogue);
  const now = openQuestion(step.dialogue);
  const asked = now !== null && now.id !== before?.id ? askText(now, style) : "";
  const text = step.text + (asked === "" ? "" : lineBreak(step.dialogue.view)) + asked;
  if (!step.dialogue.ended || step.actions.length > 0) return { ...step, text };
  // Nobody can type any more: leaves once nothing is under way, or only a person could help.
  if (now !== null) {
    const command = now.kind === "skill" ? "approve" : "settle";
    const hint = `No more input to answer from: synapse approvals ${command} ${now.id}\n`;
    return { ...step, text: text + hint, actions: [{ kind: "leave", exit: EXIT.failed }] };
  }
  return {
    ...step,
    text,
    actions: isIdle(step.dialogue) ? [{ kind: "leave", exit: EXIT.ok }] : [],
  };
}

function take(dialogue: Dialogue, input: DialogueInput, style: Style): DialogueStep {
  switch (input.kind) {
    case "entry":
      return takeEntry(dialogue, input.entry, style);
    case "line":
      return takeLine({ ...dialogue, warned: false }, input.line, style);
    case "interrupt":
      return takeInterrupt(dialogue, style);
    case "end": {
      const actions: DialogueAction[] = dialogue.interactive
        ? [{ kind: "leave", exit: EXIT.ok }]
        : [];
      return { dialogue: { ...dialogue, ended: true }, text: "", actions };
    }
    case "refused":
      return takeRefusal(dialogue, input, style);
  }
}

function takeEntry(dialogue: Dialogue, entry: StreamEntry, style: Style): DialogueStep {
  if (entry.kind !== "event") {
    const { view, text } = render(dialogue.view, entry, style);
    return { dialogue: { ...dialogue, view }, text, actions: [] };
  }
  const event = entry.event as unknown as SessionEvent;
  const content = event.type === "message.received" ? event.payload.content : null;
  const place = content === null ? -1 : dialogue.sending.indexOf(content);
  const { view, text } = render(dialogue.view, entry, style, place >= 0);
  const next = follow({ ...dialogue, view, seq: entry.event.seq }, event);
  return {
    dialogue: { ...next, sending: next.sending.filter((_, index) => index !== place) },
    text,
    actions: event.type === "session.closed" ? [{ kind: "leave", exit: EXIT.ok }] : [],
  };
}

/** What an event changes. */
function follow(dialogue: Dialogue, event: SessionEvent): Dialogue {
  switch (event.type) {
    case "message.received":
      return event.payload.disposition === "inject"
        ? dialogue
        : { ...dialogue, queued: [...dialogue.queued, event.payload.message_id] };
    case "turn.started": {
      const taken = event.payload.message_ids;
      return {
        ...dialogue,
        turn: true,
        queued: dialogue.queued.filter((id) => !taken.includes(id)),
      };
    }
    case "turn.completed":
    case "turn.failed":
    case "turn.cancelled":
      return { ...dialogue, turn: false, questions: [], editing: false, warned: false };
    case "approval.decided":
      return withoutQuestion(dialogue, event.payload.approval_id);
    default: {
      const question = questionOf(event);
      if (question === null) return dialogue;
      const others = dialogue.questions.filter(({ id }) => id !== question.id);
      return { ...dialogue, questions: [...others, question] };
    }
  }
}

function withoutQuestion(dialogue: Dialogue, id: string): Dialogue {
  return {
    ...dialogue,
    questions: dialogue.questions.filter((question) => question.id !== id),
    editing: dialogue.editing && dialogue.questions[0]?.id !== id,
  };
}

function takeLine(dialogue: Dialogue, line: string, style: Style): DialogueStep {
  const question = openQuestion(dialogue);
  if (question !== null) {
    const answer = dialogue.editing ? readEdited(line) : readAnswer(question, line);
    return takeAnswer({ ...dialogue, editing: false }, question, answer, style);
  }
  if (line.trim() === "") return { dialogue, text: "", actions: [] };
  return {
    dialogue: { ...dialogue, sending: [...dialogue.sending, line] },
    text: "",
    actions: [{ kind: "send", content: line }],
  };
}

function takeAnswer(
  dialogue: Dialogue,
  question: Question,
  answer: Answer,
  style: Style,
): DialogueStep {
  switch (answer.kind) {
    case "decision": {
      const { decision } = answer;
      return {
        dialogue: withoutQuestion(dialogue, question.id),
        text: "",
        actions: [{ kind: "decide", question, decision }],
      };
    }
    case "edit": {
      const text = JSON.stringify(question.input);
      return {
        dialogue: { ...dialogue, editing: true },
        text: "",
        actions: [{ kind: "prefill", text }],
      };
    }
    case "unclear":
      return { dialogue, text: style.yellow(answer.why) + "\n", actions: [] };
  }
}

function takeInterrupt(dialogue: Dialogue, style: Style): DialogueStep {
  if (dialogue.warned) {
    return { dialogue, text: "\n", actions: [{ kind: "leave", exit: EXIT.interrupted }] };
  }
  const idle = isIdle(dialogue);
  const hint = idle ? "Ctrl-C again leaves" : "Cancelling; Ctrl-C again leaves and lets it go on";
  return {
    dialogue: { ...dialogue, editing: false, warned: true },
    text: `\n${style.yellow(hint)}\n`,
    actions: idle ? [] : [{ kind: "cancel" }],
  };
}

/** What was asked for was not done: says why, and takes back what had been assumed. */
function takeRefusal(
  dialogue: Dialogue,
  { action, code, message }: Extract<DialogueInput, { kind: "refused" }>,
  style: Style,
): DialogueStep {
  const text = style.red(`✗ ${message}`) + "\n";
  if (action.kind === "send") {
    const place = dialogue.sending.indexOf(action.content);
    const sending = dialogue.sending.filter((_, index) => index !== place);
    return { dialogue: { ...dialogue, sending }, text, actions: [] };
  }
  if (action.kind === "decide" && !SETTLED.includes(code)) {
    const questions = [action.question, ...dialogue.questions];
    return { dialogue: { ...dialogue, questions }, text, actions: [] };
  }
  const late = action.kind === "cancel" && code === "turn_not_running";
  return { dialogue, text: late ? "" : text, actions: [] };
}
