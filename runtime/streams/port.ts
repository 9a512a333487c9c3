/**
 * The ports to the streams: what must be fast, while the journal keeps what must last. Everything
 * here may be lost at any time and nothing is lost by that but time.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import type { JournalEvent } from "../journal/port.ts";

/** A place in a session's live stream: after event `seq`, piece `n`. Ordered by seq, then n. */
export interface Cursor {
  readonly seq: number;
  /** 0 for the event itself; pieces count up during one model call, also over retries. */
  readonly n: number;
}

/**
 * What a watcher sees.
 *
 * - `event`: a durable event.
 * - `delta`: a piece of the answer that a model is giving. `first`: no piece of this answer came before it.
 * - `reset`: the pieces of this answer so far are void; it begins again.
 */
export type LiveEntry =
  | { readonly kind: "event"; readonly cursor: Cursor; readonly event: JournalEvent }
  | {
    readonly kind: "delta";
    readonly cursor: Cursor;
    readonly text: string;
    readonly first: boolean;
  }
  | { readonly kind: "reset"; readonly cursor: Cursor };

/** Per actor, capped and expiring. */
export interface LiveEvents {
  /** Adds entries, in order of their cursors. */
  publish(address: Address, entries: readonly LiveEntry[]): void;
  /**
   * First what is kept after `after` (a snapshot, `kept`): the newest pieces and resets, with or without
   * the durable events between them, which the journal has. Then, from `next`, everything that follows,
   * without a gap.
   * A watcher that does not keep up is ended: `next` resolves to null, as it does after `close`.
   */
  watch(address: Address, after: Cursor): Promise<Watch>;
  close(): Promise<void>;
}

/** An open watch. */
export interface Watch extends AsyncDisposable {
  readonly kept: readonly LiveEntry[];
  /** The next entries, or null when there will be none. */
  next(signal: AbortSignal): Promise<readonly LiveEntry[] | null>;
}

/** Says that a command was accepted for an actor. */
export interface Notice {
  readonly partition: number;
  readonly address: Address;
}

/** Brings accepted commands to the notice of their partition's owner. */
export interface Mailboxes {
  announce(notices: readonly Notice[]): void;
  /** Calls `handler` for notices to these partitions until the returned function is called. */
  subscribe(partitions: readonly number[], handler: (notice: Notice) => void): () => void;
}

/** The order of cursors: negative when `a` comes first. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.seq - b.seq || a.n - b.n;
}
