/**
 * The engine as the edge, and whatever else feeds it, sees it.
 *
 * @module
 */
import type { Address, Json, Rejection } from "../../actors/behavior.ts";

/** How a command is sent. */
export interface SubmitOptions {
  /**
   * The command's own id, when its sender may repeat it: within the idempotency window the repetition
   * changes nothing and gets the same reply. Without one the command has a new id.
   */
  readonly id?: string;
  /** Digest of the request that carries it; the same id with another digest is refused. */
  readonly digest?: string;
  /** Who sends it, for the record. */
  readonly sender?: string;
}

/** The answer to a command: it was handled and all it caused is durable, or it was refused and caused nothing. */
export type Answer = { readonly reply: Json; readonly repeated: boolean } | Rejection;

/** A command that is stored first and handled when its turn comes. */
export interface PostedCommand {
  readonly address: Address;
  readonly command: Json;
  /** Within the idempotency window a second command of this id changes nothing and gets the same answer. */
  readonly id: string;
  readonly digest: string;
  /** Who sends it, for the record. */
  readonly sender: string;
  /**
   * Which request brings it, if that may be posted again without knowing how it ended: to the same
   * request a refusal is final, so that nothing overtakes what was posted after it. Null: a refused
   * command is decided anew.
   */
  readonly request_id: string | null;
}

/** A past or present state. */
export interface Inspected {
  readonly seq: number;
  /** The hash of the event at `seq`. */
  readonly hash: string;
  readonly state: unknown;
}

/** Takes commands that are stored first. */
export interface Poster {
  /**
   * Stores commands for their actors, in this order, whichever node these are on. Resolves when all are
   * durable; the answer of each follows when it is handled, and is an error (`answer_late`) if that is
   * not known in time: it will be handled all the same.
   *
   * @throws {SynapseError} `draining`, `mailbox_full`, `journal_unavailable` (try again later)
   */
  post(commands: readonly PostedCommand[]): Promise<readonly Promise<Answer>[]>;
}

/** The engine of one node. */
export interface Engine {
  /**
   * Has an actor handle a command. Resolves after the commit.
   *
   * @throws {SynapseError} `mailbox_full`, `draining`, `journal_unavailable`, `fenced`, `answer_late` (try
   * again later),
   * `idempotency_key_reused`, `command_poisoned`, `event_unknown`, `journal_corrupt`
   */
  submit(address: Address, command: unknown, options?: SubmitOptions): Promise<Answer>;
  /**
   * The state after event `seq` (null: the last), computed from the journal alone; null when the actor
   * or the seq does not exist.
   */
  inspect(address: Address, seq: number | null): Promise<Inspected | null>;
  /** Tells the owner of an actor to look into its durable mailbox. */
  notify(address: Address): void;
  /** Why commands cannot be taken now, or null. */
  trouble(): string | null;
}
