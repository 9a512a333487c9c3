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

/** A past or present state. */
export interface Inspected {
  readonly seq: number;
  /** The hash of the event at `seq`. */
  readonly hash: string;
  readonly state: unknown;
}

/** The engine of one node. */
export interface Engine {
  /**
   * Has an actor handle a command. Resolves after the commit.
   *
   * @throws {SynapseError} `mailbox_full`, `draining`, `journal_unavailable`, `fenced` (try again later),
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
