/**
 * The port to the journal: the truth. Ten small ports that one store serves together.
 *
 * What it promises: a commit is atomic and durable when it resolves; it changes nothing unless its
 * partition still has the epoch it names and its actor the seq and hash it expects. What it leaves out:
 * connections, transactions, dialects, and every query without a tenant (those that serve a whole
 * partition are the owner's own and return full addresses).
 *
 * Values: seq counts from 1; times are milliseconds since the epoch; payloads are parsed JSON when
 * read, and canonical JSON text (see `canonical_json.ts`) when written.
 *
 * @module
 */
import type { Address, Json, QuestionChange, Summary } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type { AgentStore, DeadLetterStore, Directory, NewDeadLetter } from "./directory_port.ts";
import type { Nodes } from "./nodes_port.ts";

/** One event as it was written. */
export interface JournalEvent {
  readonly seq: number;
  readonly type: string;
  readonly v: number;
  readonly payload: Json;
  /** The id of the command that caused it. */
  readonly cause: string;
  readonly at: number;
  /** See `hash_chain.ts`. */
  readonly hash: string;
}

/** One event to write: the payload also as the canonical text that was hashed. */
export interface NewEvent extends JournalEvent {
  readonly text: string;
}

/** A command that this commit handles, remembered so that its repetition gets the same reply. */
export interface HandledMark {
  readonly id: string;
  /** Of the request that carried it: the same id with another digest is a mistake of the sender. */
  readonly digest: string;
  readonly reply: Json;
  /**
   * Whether the command was refused and changed nothing: then another request may send it again under
   * its id, and its mark stands only until one does.
   */
  readonly refused: boolean;
}

/** A command accepted and not yet handled. */
export interface MailboxRow {
  readonly address: Address;
  readonly id: string;
  readonly command: Json;
  readonly sender: string;
  /** How often its handling was begun, this time included. */
  readonly attempts: number;
}

/** A command for a mailbox. */
export type NewMailboxRow = Omit<MailboxRow, "attempts"> & {
  readonly partition: number;
  readonly digest: string;
};

/** A command to accept. */
export type PostedRow = NewMailboxRow & {
  /**
   * Which request brings it, if that may come again by itself: to the same request a refusal is the
   * answer for good. Null: each is a request of its own.
   */
  readonly request_id: string | null;
};

/** A change to an actor's timers. */
export type TimerRow =
  | { readonly op: "set"; readonly name: string; readonly at: number; readonly command: Json }
  | { readonly op: "clear"; readonly name: string }
  /** The timer that was set for `at` is handled by this commit; one set for another time stays. */
  | { readonly op: "fired"; readonly name: string; readonly at: number };

/** Everything that one actor's step causes. */
export interface ActorCommit {
  readonly address: Address;
  readonly partition: number;
  /** The epoch under which the committer holds that partition. */
  readonly epoch: number;
  /** The actor's last seq before this commit; 0 for one that is new. */
  readonly expected_seq: number;
  /** The hash of that event, else `GENESIS`: a store that lost commits may have others under that seq. */
  readonly expected_hash: string;
  readonly events: readonly NewEvent[];
  readonly summary: Summary;
  /** Whether effects are owed afterwards: such an actor is woken when its partition changes hands. */
  readonly owed: boolean;
  /** The state after these events, when a snapshot is due: the version of its shape, and JSON text. */
  readonly snapshot: { readonly version: number; readonly state: string } | null;
  readonly handled: readonly HandledMark[];
  /** Messages to other actors' mailboxes. What a mailbox knows already, refused or not, it keeps. */
  readonly sends: readonly NewMailboxRow[];
  /** Applied in order; a later change of a name wins. */
  readonly timers: readonly TimerRow[];
  readonly questions: readonly QuestionChange[];
  readonly dead: readonly NewDeadLetter[];
  /** Whether its events are to be handed on to other systems: then the outbox notes them. */
  readonly outgoing: boolean;
  /** The time of the commit. */
  readonly at: number;
}

/**
 * How an actor's part of a commit ended.
 *
 * - `fenced`: another node has the partition.
 * - `conflict`: the actor is not at the expected seq, or came there by other events.
 * - `duplicate`: one of the handled commands had been handled before and not refused, or one of the
 *   fired timers does not stand for that time (any more).
 */
export type CommitOutcome = "committed" | "fenced" | "conflict" | "duplicate";

/** The journal could not be written or read. */
export class JournalUnavailable extends SynapseError {
  override readonly name = "JournalUnavailable";
  /** Whether it is certain that nothing was written. */
  readonly rolled_back: boolean;

  constructor(message: string, options: { rolled_back: boolean; cause?: unknown }) {
    super("journal_unavailable", message, { cause: options.cause });
    this.rolled_back = options.rolled_back;
  }
}

/** Writes. */
export interface Committer {
  /**
   * Commits the parts of many actors in one transaction. An actor whose part cannot be committed is
   * left out; the others are not touched by that. At most one part for each actor.
   *
   * @throws {JournalUnavailable} if none could be committed, or if it is unknown
   */
  commit(batch: readonly ActorCommit[]): Promise<readonly CommitOutcome[]>;
}

/** What an activation starts from. */
export interface LoadedActor {
  readonly seq: number;
  /** The hash of the last event. */
  readonly hash: string;
  /** The newest one, of whatever version. */
  readonly snapshot: {
    readonly seq: number;
    readonly version: number;
    readonly state: Json;
  } | null;
  /** The events after the snapshot. */
  readonly tail: readonly JournalEvent[];
  /** How many commands in its mailbox are not handled. */
  readonly waiting: number;
}

/** Reads events. */
export interface EventLog {
  /** Snapshot and tail in one read, or null for an actor that has no events. */
  load(address: Address): Promise<LoadedActor | null>;
  /** Up to `limit` events after `after`, in order. */
  readEvents(address: Address, after: number, limit: number): Promise<readonly JournalEvent[]>;
}

/** Commands accepted and not yet handled. */
export interface MailboxStore {
  /**
   * Accepts commands. Of two with one address and id, the second is a `duplicate`, unless the first was
   * refused by then and came by another request: that is forgotten, and the second waits like a new one.
   */
  accept(rows: readonly PostedRow[]): Promise<readonly ("accepted" | "duplicate")[]>;
  /** Up to `limit` actors of these partitions that have something to handle. */
  backlog(partitions: readonly number[], limit: number): Promise<readonly Address[]>;
  /**
   * The first commands of an actor, in order of acceptance, not counting those in `except`; their
   * attempts are counted. One whose handling was begun before comes alone, so that whatever it does to
   * the process is not counted against others. Fewer than `limit` does not mean that there are no more.
   */
  take(address: Address, limit: number, except: readonly string[]): Promise<readonly MailboxRow[]>;
  /** What is remembered of a handled command. */
  handled(address: Address, id: string): Promise<HandledMark | null>;
}

/** A right to a partition. */
export interface Lease {
  readonly partition: number;
  /** Rises each time the partition changes hands. */
  readonly epoch: number;
  /** Until when it holds, by the journal's clock; null for ever (the store itself allows one process only). */
  readonly until: number | null;
}

/** Who may write which partition. */
export interface Leases {
  /** How many partitions there are: fixed when the store is created. */
  readonly partition_count: number;
  /**
   * Takes those of the partitions that are free or whose lease is over, raising their epochs. One in
   * which a commit is under way may be left out. A lease that lasts is its process's alone: another one
   * under the same name does not get it either.
   */
  acquire(node: string, partitions: readonly number[], lease_ms: number): Promise<readonly Lease[]>;
  /** Prolongs leases; those that were lost are missing from the answer. */
  renew(node: string, leases: readonly Lease[], lease_ms: number): Promise<readonly Lease[]>;
  /** Gives leases back. */
  release(node: string, leases: readonly Lease[]): Promise<void>;
  /**
   * Calls `listener` soon after any node gave leases back, until the returned function is called. A
   * hint: it may be missed.
   */
  onReleased(listener: () => void): () => void;
}

/** A timer that is due. */
export interface DueTimer {
  readonly address: Address;
  readonly name: string;
  readonly at: number;
  readonly command: Json;
}

/** Timers, by the journal's clock. */
export interface TimerStore {
  /** Up to `limit` timers of these partitions that are due, oldest first. They stay until a commit clears them. */
  dueTimers(partitions: readonly number[], limit: number): Promise<readonly DueTimer[]>;
  /**
   * In how many milliseconds the next timer of these partitions is due (0: already), or null. With
   * `after`, only timers set for later than that time count.
   */
  nextTimerIn(partitions: readonly number[], after?: number): Promise<number | null>;
}

/** Events of one commit of one actor, on their way to other systems. */
export interface Outgoing {
  readonly partition: number;
  /** Rises within a partition in the order of its commits, from 1. */
  readonly position: number;
  readonly address: Address;
  readonly events: readonly JournalEvent[];
}

/** What other systems do not have yet: written with the events in one transaction, so that none is forgotten. */
export interface Outbox {
  /** Up to `limit` commits of these partitions whose events are to be handed on, in the order of their positions. */
  outgoing(partitions: readonly number[], limit: number): Promise<readonly Outgoing[]>;
  /** Forgets what has been handed on: everything of each of those partitions up to that position. */
  delivered(
    through: readonly { readonly partition: number; readonly position: number }[],
  ): Promise<void>;
}

/** Figures for metrics, over all tenants. */
export interface JournalFigures {
  readonly mailbox_depth: number;
  /** For how long the one of those that was accepted first has waited, in milliseconds; 0: there is none. */
  readonly mailbox_waits_ms: number;
  readonly questions_pending: number;
  readonly dead_letters: number;
  /** The stated point of the newest backup that was noted (`noteBackup`); null: there is none. */
  readonly backup_taken_at: number | null;
}

/** The whole store. */
export interface Journal
  extends
    Committer,
    EventLog,
    MailboxStore,
    Leases,
    TimerStore,
    Outbox,
    Directory,
    DeadLetterStore,
    AgentStore,
    Nodes {
  /** Of this store and no other, for ever: made at random when the store was. A copy has it too. */
  readonly id: string;
  /** Resolves if the journal can be written. @throws {JournalUnavailable} saying why not */
  check(): Promise<void>;
  figures(): Promise<JournalFigures>;
  /**
   * Deletes, at most `limit` rows at a time: commands handled before that time, with the dead letters
   * they came from if they were retried; what was written to the outbox before that time and never
   * handed on; and actors closed and last touched before that time, with
   * all that is theirs. A closed actor may take several calls; to readers it goes at once.
   *
   * @returns how many rows were deleted; fewer than `limit` means that none is left
   */
  purge(
    before: { readonly handled: number; readonly closed: number | null },
    limit: number,
  ): Promise<number>;
  close(): Promise<void>;
}
