/**
 * The ports to the streams: what must be fast, while the journal keeps what must last. Everything
 * here may be lost at any time and nothing is lost by that but time.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import type { JournalEvent, Outgoing } from "../journal/port.ts";

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
  /** Whether it was closed: every watch ends at once. */
  readonly closed: boolean;
  close(): Promise<void>;
}

/** An open watch. */
export interface Watch extends AsyncDisposable {
  readonly kept: readonly LiveEntry[];
  /**
   * The next entries, or null when there will be none. An empty answer says that entries may have been
   * lost: the journal has the events.
   */
  next(signal: AbortSignal): Promise<readonly LiveEntry[] | null>;
}

/** Says that a command was accepted for an actor. */
export interface Notice {
  readonly partition: number;
  readonly address: Address;
  /** Which node waits for the answer to which command, if one does. */
  readonly waiting?: { readonly node: string; readonly command_id: string };
}

/** Hears notices to the partitions that it owns: to none at first. */
export interface NoticeSubscription {
  /** From now on to these, and to no others. */
  own(partitions: readonly number[]): void;
  end(): void;
}

/** Brings accepted commands to the notice of their partition's owner. */
export interface Mailboxes {
  announce(notices: readonly Notice[]): void;
  subscribe(handler: (notice: Notice) => void): NoticeSubscription;
}

/** The answer to a command that another node accepted, as the journal keeps it. */
export interface HandledCommand {
  readonly address: Address;
  readonly command_id: string;
  readonly reply: Json;
}

/** Brings answers back to the nodes that wait for them. What is lost stands in the journal. */
export interface Answers {
  send(node: string, handled: readonly HandledCommand[]): void;
  /** Calls `handler` for what is sent to that node until the returned function is called. */
  listen(node: string, handler: (handled: HandledCommand) => void): () => void;
}

/** Hands durable events on to other systems. */
export interface Egress {
  /**
   * Hands on the events of these commits, in order. Of a partition, a commit whose position was handed
   * on before is left out, so that what is tried again, here or on another node, arrives once.
   *
   * @throws {SynapseError} `streams_unavailable` if they may not have arrived
   */
  deliver(outgoing: readonly Outgoing[]): Promise<void>;
}

/** All streams of one node. */
export interface Streams extends AsyncDisposable {
  readonly live: LiveEvents;
  readonly mailboxes: Mailboxes;
  readonly answers: Answers;
  /** Null: there are no other systems. */
  readonly egress: Egress | null;
  /** Whether notices and answers reach other nodes now; if not, these look into the journal often. */
  carries(): boolean;
  /** Why they do not carry anything though they should, or null. Nothing is lost by that but time. */
  trouble(): string | null;
  /** For people: what carries them. */
  readonly carrier: string;
}

/** The order of cursors: negative when `a` comes first. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.seq - b.seq || a.n - b.n;
}
