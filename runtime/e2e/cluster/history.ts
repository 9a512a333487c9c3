/**
 * Test support: what a run left behind: what its client was told, what the journals hold, and what its
 * skill did to the world.
 *
 * @module
 */
import type { JournalEvent } from "../../journal/port.ts";
import type { LedgerEntry } from "../ledger.ts";

/** What a node said when it took a message. */
export interface Acknowledgement {
  readonly message_id: string;
  /** Which node said so. */
  readonly node: string;
  /** When, by the client's clock, in monotonic milliseconds. */
  readonly at: number;
  /** How often the message was sent until then. */
  readonly tries: number;
}

/** A message as its client knows it. A session's messages are sent one after the other. */
export interface SentMessage {
  readonly session: string;
  /** 0, 1, 2… in each session. */
  readonly n: number;
  readonly content: string;
  /** Null when the client ended before it was told anything: it may be there or not. */
  readonly acknowledged: Acknowledgement | null;
}

/** A session at the end of a run. */
export interface SessionRecord {
  readonly session: string;
  readonly status: string;
  /** Its whole journal, as it was read. */
  readonly events: readonly JournalEvent[];
}

/** All of a run. */
export interface History {
  readonly sent: readonly SentMessage[];
  readonly sessions: readonly SessionRecord[];
  /** What the skill that must not be repeated noted of its runs. */
  readonly runs: readonly LedgerEntry[];
}

/** The name of the skill that must not be repeated. */
export const NOTE_SKILL = "note";

/** One of so many messages has the skill leave a mark in the world: each call costs a process. */
const NOTE_EVERY = 8;

/** The message with that number. Sessions call the skill at different numbers, not all at once. */
export function messageContent(session: string, n: number): string {
  const label = `${session}/${n}`;
  const shift = session.charCodeAt(session.length - 1);
  return (n + shift) % NOTE_EVERY === 0
    ? `/call ${NOTE_SKILL} ${JSON.stringify({ text: label })}`
    : label;
}
