/**
 * What a watcher is shown of what it is offered: each durable event once and in order, and of the
 * pieces of an answer only those that continue what it has.
 *
 * Invariants, cited by the tests:
 * - F1 the events sent are numbered without a gap or a repetition
 * - F2 the pieces sent since the last reset, or the last end of an answer, are a beginning of the answer
 *
 * @module
 */
import { compareCursors, type Cursor, type LiveEntry } from "../streams/port.ts";

/** How far a watcher is. */
export interface Position {
  /** The last thing it was sent. */
  readonly cursor: Cursor;
  /** The number of the last piece it has of the answer under way; null when it has none. */
  readonly piece: number | null;
}

/** What to do with an entry: leave it out, first send the events through that seq, or send it. */
export type Step =
  | { readonly kind: "skip" }
  | { readonly kind: "gap"; readonly through: number }
  | { readonly kind: "send"; readonly position: Position };

/** Events after which the pieces that follow belong to another answer. */
export const ENDS_ANSWER: ReadonlySet<string> = new Set([
  "llm.completed",
  "llm.failed",
  "turn.completed",
  "turn.failed",
  "turn.cancelled",
  "session.closed",
]);

const SKIP: Step = { kind: "skip" };

/** The position of someone who has all events up to `seq`, and no pieces. */
export function positionAfter(seq: number): Position {
  return { cursor: { seq, n: 0 }, piece: null };
}

/**
 * The position that a `Last-Event-ID` stands for: `seq`, or `seq.n` after piece n.
 *
 * @returns null if it is neither
 */
export function parsePosition(id: string): Position | null {
  const match = /^(\d{1,16})(?:\.(\d{1,16}))?$/.exec(id);
  if (!match) return null;
  const [seq, n] = [Number(match[1]), Number(match[2] ?? 0)];
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(n)) return null;
  return { cursor: { seq, n }, piece: n === 0 ? null : n };
}

/** What the next entry means for a watcher at that position. */
export function advance(position: Position, entry: LiveEntry): Step {
  const { cursor, piece } = position;
  if (entry.kind === "event") {
    const { seq, type } = entry.event;
    if (seq <= cursor.seq) return SKIP;
    if (seq > cursor.seq + 1) return { kind: "gap", through: seq - 1 };
    return send({ seq, n: 0 }, ENDS_ANSWER.has(type) ? null : piece);
  }
  if (compareCursors(entry.cursor, cursor) <= 0) return SKIP;
  if (entry.cursor.seq > cursor.seq) return { kind: "gap", through: entry.cursor.seq };
  const { n } = entry.cursor;
  const continues = piece !== null && n === piece + 1;
  // If it begins though the watcher has pieces, the reset between them was lost.
  const begins = entry.kind === "delta" && entry.first && piece === null;
  // A reset is sent to everyone: a watcher that resumed may have pieces that its id does not tell of.
  return entry.kind === "reset" || begins || continues ? send(entry.cursor, n) : SKIP;
}

function send(cursor: Cursor, piece: number | null): Step {
  return { kind: "send", position: { cursor, piece } };
}
