/**
 * What a reader of a conversation should know besides messages, answers and calls.
 *
 * @module
 */
import type { JournalEvent } from "./journal_event.ts";

/** A remark between what was said. */
export interface NoteText {
  readonly tone: "plain" | "warning" | "error";
  readonly text: string;
  /** A session that it speaks of. */
  readonly session: string | null;
  /** What it lists. */
  readonly lines: readonly string[];
}

/** The remark that an event is worth, or null. An event that only a newer node knows is worth none. */
export function noteOf(event: JournalEvent): NoteText | null {
  return turnNote(event) ?? lifeNote(event) ?? memoryNote(event);
}

function turnNote(event: JournalEvent): NoteText | null {
  switch (event.type) {
    case "llm.failed":
      return note("error", `The model failed: ${fault(event.payload.error)}`);
    case "turn.failed":
      return note("error", `The turn failed: ${fault(event.payload.error)}`);
    case "turn.cancelled":
      return note("warning", `Turn ${event.payload.turn} was cancelled: ${event.payload.reason}`);
    case "budget.exceeded": {
      const { scope, budget, used, limit } = event.payload;
      return note("warning", `The ${scope}'s budget is used up: ${budget} ${used} of ${limit}`);
    }
    case "context.compacted":
      return note("plain", "Older turns were summarised for the model", {
        lines: [event.payload.summary],
      });
    default:
      return null;
  }
}

function lifeNote(event: JournalEvent): NoteText | null {
  switch (event.type) {
    case "session.created": {
      const { name, version } = event.payload.agent;
      return note("plain", `Started with ${name}, version ${version}`);
    }
    case "session.spawned": {
      const { agent, parent } = event.payload;
      return note("plain", `Started with ${agent.name}, version ${agent.version}, for`, {
        session: parent.id,
      });
    }
    case "session.forked": {
      const { id, seq } = event.payload.from;
      return note("plain", `Forked after event ${seq} of`, { session: id });
    }
    case "session.closed": {
      const { reason } = event.payload;
      return note("warning", reason === null ? "Closed" : `Closed: ${reason}`);
    }
    default:
      return null;
  }
}

function memoryNote(event: JournalEvent): NoteText | null {
  switch (event.type) {
    case "memory.recalled": {
      const { items, unavailable } = event.payload;
      if (unavailable !== null) {
        return note("warning", `Memory could not be asked: ${fault(unavailable)}`);
      }
      if (items.length === 0) return null;
      return note("plain", `Recalled from memory: ${items.length}`, {
        lines: items.map(({ kind, text }) => `${kind}: ${text}`),
      });
    }
    case "memory.noted": {
      const { items, error } = event.payload;
      if (error !== null) return note("warning", `Nothing was noted: ${fault(error)}`);
      if (items.length === 0) return null;
      return note("plain", `Noted for memory: ${items.length}`, {
        lines: items.map(({ kind, text }) => `${kind}: ${text}`),
      });
    }
    default:
      return null;
  }
}

function note(
  tone: NoteText["tone"],
  text: string,
  { session = null, lines = [] }: Partial<Pick<NoteText, "session" | "lines">> = {},
): NoteText {
  return { tone, text, session, lines };
}

function fault({ message, code }: { readonly message: string; readonly code: string }): string {
  return `${message} (${code})`;
}
