/**
 * A session's events as a conversation: what was said, what was called, what else a reader should
 * know. Pure: events in, items out. It makes do with any part of a journal, also without its start.
 *
 * @module
 */
import { type Call, Calls } from "./calls.ts";
import type { JournalEvent } from "./journal_event.ts";
import { noteOf, type NoteText } from "./notes.ts";

/** What a conversation is made of, in the order in which it is read. */
export type Item =
  | Message
  | Answer
  | { readonly kind: "call"; readonly seq: number; readonly at: string; readonly call: Call }
  | { readonly kind: "note"; readonly seq: number; readonly at: string } & NoteText;

/** What somebody told the agent. */
export interface Message {
  readonly kind: "message";
  readonly seq: number;
  readonly at: string;
  readonly content: string;
  /** `queued`: it waits for the running turn to end. */
  readonly state: "taken" | "queued";
}

/** What the agent said. */
export interface Answer {
  readonly kind: "answer";
  readonly seq: number;
  readonly at: string;
  readonly text: string;
  readonly model: string;
  readonly tokens: number;
  readonly cost_usd: number;
}

/** A conversation, and how it stands. */
export interface Conversation {
  readonly items: readonly Item[];
  /** The number of the turn that runs, or null. */
  readonly turn: number | null;
  readonly closed: boolean;
  /** Whether the turn waits for a person. */
  readonly asks: boolean;
}

type Draft =
  | { kind: "message"; seq: number; at: string; content: string; id: string }
  | Answer
  | { kind: "call"; seq: number; at: string; call_id: string }
  | { kind: "note"; seq: number; at: string } & NoteText;

/** Reads events, in order, as a conversation. */
export function readConversation(events: readonly JournalEvent[]): Conversation {
  const drafts: Draft[] = [];
  const calls = new Calls();
  const queued = new Set<string>();
  let turn: number | null = null;
  let closed = false;
  for (const event of events) {
    const { seq, at } = event;
    for (const call_id of calls.take(event)) drafts.push({ kind: "call", seq, at, call_id });
    const said = saidBy(event);
    if (said !== null) drafts.push(said);
    const note = noteOf(event);
    if (note !== null) drafts.push({ kind: "note", seq, at, ...note });
    turn = turnAfter(turn, event);
    followQueue(queued, event);
    closed ||= event.type === "session.closed";
  }
  return {
    items: drafts.map((draft) => finish(draft, calls, queued)),
    turn: closed ? null : turn,
    closed,
    asks: calls.asks(),
  };
}

function saidBy(event: JournalEvent): Draft | null {
  const { seq, at } = event;
  switch (event.type) {
    case "message.received":
      return {
        kind: "message",
        seq,
        at,
        content: event.payload.content,
        id: event.payload.message_id,
      };
    case "llm.completed": {
      const { text, provider, model, usage } = event.payload;
      return {
        kind: "answer",
        seq,
        at,
        text,
        model: `${provider}/${model}`,
        tokens: usage.input_tokens + usage.output_tokens,
        cost_usd: usage.cost_usd,
      };
    }
    default:
      return null;
  }
}

function turnAfter(turn: number | null, event: JournalEvent): number | null {
  switch (event.type) {
    case "turn.started":
    case "llm.completed":
    case "skill.requested":
      return event.payload.turn;
    case "turn.completed":
    case "turn.failed":
    case "turn.cancelled":
    case "session.closed":
      return null;
    default:
      return turn;
  }
}

function followQueue(queued: Set<string>, event: JournalEvent): void {
  if (event.type === "message.received" && event.payload.disposition === "queue") {
    queued.add(event.payload.message_id);
  }
  if (event.type === "turn.started") event.payload.message_ids.forEach((id) => queued.delete(id));
  if (event.type === "session.closed") queued.clear();
}

function finish(draft: Draft, calls: Calls, queued: ReadonlySet<string>): Item {
  switch (draft.kind) {
    case "message": {
      const { id, ...message } = draft;
      return { ...message, state: queued.has(id) ? "queued" : "taken" };
    }
    case "call": {
      const { call_id, ...place } = draft;
      return { ...place, call: calls.get(call_id) };
    }
    default:
      return draft;
  }
}
