/**
 * What a session's events look like in a conversation. Pure: entry in, text out.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { SessionEvent } from "../../actors/session/events.ts";
import type { StreamEntry } from "./follow.ts";
import { oneLine, printable, type Style } from "./style.ts";

/** What was shown so far, as far as it matters for what comes next. */
export interface ChatView {
  /** The part of the present answer that is on the screen; null between answers. */
  readonly streamed: string | null;
  /** The skills of the calls of this turn, by call. */
  readonly skills: Readonly<Record<string, string>>;
}

/** An empty screen. */
export const EMPTY_VIEW: ChatView = { streamed: null, skills: {} };

/** What to write, and the view afterwards. */
export interface Rendered {
  readonly view: ChatView;
  readonly text: string;
}

/** How much of an input or output a line shows, in characters. */
const VALUE_WIDTH = 300;

/** Renders one entry. `own`: the message is the one just typed here, so it is on the screen already. */
export function render(view: ChatView, entry: StreamEntry, style: Style, own = false): Rendered {
  switch (entry.kind) {
    case "delta":
      return {
        view: { ...view, streamed: (view.streamed ?? "") + entry.text },
        text: printable(entry.text),
      };
    case "reset":
      return view.streamed === null
        ? { view, text: "" }
        : block({ ...view, streamed: null }, view, style.yellow("↻ The answer begins again"));
    case "reconnecting":
      return block(view, view, style.yellow("… The connection broke, trying again"));
    case "event": {
      // A type that only a newer node knows falls through every case and shows nothing.
      const event = entry.event as unknown as SessionEvent;
      if (event.type === "llm.completed") return renderAnswer(view, event.payload.text);
      return block(remember(view, event), view, describe(view, event, style, own));
    }
  }
}

/** What ends the line of an answer under way, so that something else can stand below it. */
export function lineBreak({ streamed }: ChatView): string {
  return streamed !== null && !streamed.endsWith("\n") ? "\n" : "";
}

/** Lines of their own: an answer under way is cut off first. */
function block(next: ChatView, view: ChatView, text: string | null): Rendered {
  return { view: next, text: text === null ? "" : `${lineBreak(view)}${text}\n` };
}

/** The whole answer is known: shows what is not on the screen yet. */
function renderAnswer(view: ChatView, text: string): Rendered {
  const next = { ...view, streamed: null };
  const { streamed } = view;
  if (streamed === null) return { view: next, text: text === "" ? "" : `${printable(text)}\n` };
  if (text.startsWith(streamed)) {
    return { view: next, text: `${printable(text.slice(streamed.length))}\n` };
  }
  return block(next, view, printable(text));
}

function remember(view: ChatView, event: SessionEvent): ChatView {
  switch (event.type) {
    case "skill.requested":
      return { ...view, skills: { ...view.skills, [event.payload.call_id]: event.payload.skill } };
    case "turn.completed":
    case "turn.failed":
    case "turn.cancelled":
      return EMPTY_VIEW;
    default:
      return view;
  }
}

function describe(view: ChatView, event: SessionEvent, style: Style, own: boolean): string | null {
  const skillOf = (call: string) => view.skills[call] ?? call;
  switch (event.type) {
    case "message.received": {
      const queued = event.payload.disposition === "queue" ? style.dim(" (queued)") : "";
      if (own) return queued === "" ? null : queued.trim();
      return style.cyan(`› ${printable(event.payload.content)}`) + queued;
    }
    case "skill.requested":
      return style.dim(`⚙ ${event.payload.skill} ${value(event.payload.input)}`);
    case "skill.completed":
      return style.dim(`  ${skillOf(event.payload.call_id)} → ${value(event.payload.output)}`);
    case "skill.failed":
      return style.red(`  ${skillOf(event.payload.call_id)} failed: ${fault(event.payload.error)}`);
    case "approval.decided":
      return style.dim(`  ${skillOf(event.payload.call_id)}: ${event.payload.decision}`);
    case "llm.failed":
      return style.red(`✗ The model failed: ${fault(event.payload.error)}`);
    case "context.compacted":
      return style.dim("… Older turns were summarised");
    case "budget.exceeded": {
      const { scope, budget, used, limit } = event.payload;
      return style.yellow(`■ The ${scope}'s budget is used up: ${budget} ${used} of ${limit}`);
    }
    case "turn.failed":
      return style.red(`✗ The turn failed: ${fault(event.payload.error)}`);
    case "turn.cancelled":
      return style.yellow(`■ Cancelled: ${printable(event.payload.reason)}`);
    case "session.closed":
      return style.yellow("■ The session is closed");
    default:
      return null;
  }
}

function value(json: Json): string {
  return oneLine(typeof json === "string" ? json : JSON.stringify(json), VALUE_WIDTH);
}

function fault({ message, code }: { readonly message: string; readonly code: string }): string {
  return `${printable(message)} (${code})`;
}
