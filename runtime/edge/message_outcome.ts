/**
 * What became of one message, from the events that follow it.
 *
 * @module
 */
import type { SessionEvent } from "../../actors/session/events.ts";
import type { Fault } from "../../actors/session/values.ts";

/** How the turn that answers a message ended. */
export interface MessageOutcome {
  /** Null if the session was closed before the message's turn came. */
  readonly turn: number | null;
  readonly outcome: "completed" | "failed" | "cancelled";
  /** The agent's final text, when completed. */
  readonly reply: string | null;
  readonly error: Fault | null;
}

/** What is known of a message so far. */
export interface MessageProgress {
  readonly message_id: string;
  /** In its turn: `number` null until an event tells which of them it is. Before that: null. */
  readonly turn: { readonly number: number | null; readonly text: string } | null;
  /** Questions to people that its turn waits for. */
  readonly approvals: readonly string[];
  readonly outcome: MessageOutcome | null;
}

/** Nothing is known yet. */
export function unanswered(message_id: string): MessageProgress {
  return { message_id, turn: null, approvals: [], outcome: null };
}

/** What is known after one more event of the session. */
export function observe(progress: MessageProgress, event: SessionEvent): MessageProgress {
  const { message_id, turn } = progress;
  switch (event.type) {
    case "message.received":
      // Injected, it belongs to the running turn, whose events give its number later.
      return event.payload.message_id === message_id && event.payload.disposition === "inject"
        ? { ...progress, turn: { number: null, text: "" } }
        : progress;
    case "turn.started":
      // Also after its turn ended: a message injected too late to join goes back to the queue.
      return event.payload.message_ids.includes(message_id)
        ? { ...unanswered(message_id), turn: { number: event.payload.turn, text: "" } }
        : progress;
    case "llm.completed":
      return isTurn(progress, event.payload.turn)
        ? { ...progress, turn: { number: event.payload.turn, text: event.payload.text } }
        : progress;
    case "approval.requested":
    case "skill.interrupted":
      return turn && !progress.outcome
        ? { ...progress, approvals: [...progress.approvals, event.payload.approval_id] }
        : progress;
    case "approval.decided": {
      const decided = event.payload.approval_id;
      return { ...progress, approvals: progress.approvals.filter((id) => id !== decided) };
    }
    case "turn.completed":
    case "turn.failed":
    case "turn.cancelled":
      return isTurn(progress, event.payload.turn) ? ended(progress, event) : progress;
    case "session.closed":
      return progress.outcome ? progress : closed(progress, event.payload.reason);
    default:
      return progress;
  }
}

function isTurn({ turn, outcome }: MessageProgress, number: number): boolean {
  return turn !== null && outcome === null && (turn.number === null || turn.number === number);
}

type TurnEnd = Extract<
  SessionEvent,
  { type: "turn.completed" | "turn.failed" | "turn.cancelled" }
>;

function ended(progress: MessageProgress, event: TurnEnd): MessageProgress {
  const turn = event.payload.turn;
  const outcome = ((): MessageOutcome => {
    switch (event.type) {
      case "turn.completed":
        return { turn, outcome: "completed", reply: progress.turn?.text ?? "", error: null };
      case "turn.failed":
        return { turn, outcome: "failed", reply: null, error: event.payload.error };
      case "turn.cancelled": {
        const error = { code: "turn_cancelled", message: event.payload.reason };
        return { turn, outcome: "cancelled", reply: null, error };
      }
      default:
        return event satisfies never;
    }
  })();
  return { ...progress, approvals: [], outcome };
}

function closed(progress: MessageProgress, reason: string | null): MessageProgress {
  const error = { code: "session_closed", message: reason ?? "The session was closed" };
  const turn = progress.turn?.number ?? null;
  return {
    ...progress,
    approvals: [],
    outcome: { turn, outcome: "cancelled", reply: null, error },
  };
}
