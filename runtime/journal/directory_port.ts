/**
 * The part of the journal's port that people look at: lists of actors, of questions to people, of
 * commands put aside, and the definitions of agents.
 *
 * @module
 */
import type { Address, Json, Summary } from "../../actors/behavior.ts";

/** A command put aside because its actor throws on it. */
export interface NewDeadLetter {
  readonly id: string;
  /** The id of the command. */
  readonly command_id: string;
  readonly command: Json;
  readonly sender: string;
  readonly error: string;
  readonly attempts: number;
}

/** A command that was put aside. */
export interface DeadLetter extends NewDeadLetter {
  readonly address: Address;
  readonly at: number;
  readonly status: "open" | "retried";
}

/** What the directory knows of an actor. */
export interface ActorRecord {
  readonly address: Address;
  readonly seq: number;
  readonly summary: Summary;
  readonly created_at: number;
  readonly updated_at: number;
  /** Bytes of all its events' payloads. */
  readonly bytes: number;
}

/** One page of a list. `next` goes into the next request; null at the end. Another cursor is an `invalid_request`. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Which page. */
export interface PageRequest {
  readonly cursor: string | null;
  readonly limit: number;
}

/** A question to a person, open or settled. */
export interface Question {
  readonly id: string;
  readonly address: Address;
  readonly kind: string;
  /** What the actor said when it asked. */
  readonly details: Json;
  /** `pending`, or how it was settled. */
  readonly status: string;
  /** What was said when it was settled. */
  readonly outcome: Json;
  readonly asked_at: number;
  readonly settled_at: number | null;
}

/** Lists of actors, and of what waits for people. */
export interface Directory {
  find(address: Address): Promise<ActorRecord | null>;
  /** Newest first. */
  list(
    tenant: string,
    filter: {
      readonly type: string;
      readonly status: string | null;
      readonly label: string | null;
    },
    page: PageRequest,
  ): Promise<Page<ActorRecord>>;
  /** Actors of these partitions whose effects are owed, after `after` in a fixed order. */
  owed(partitions: readonly number[], page: PageRequest): Promise<Page<Address>>;
  question(tenant: string, id: string): Promise<Question | null>;
  /** Oldest first. `status` null: all. */
  questions(tenant: string, status: string | null, page: PageRequest): Promise<Page<Question>>;
}

/** Commands put aside. */
export interface DeadLetterStore {
  deadLetters(tenant: string, page: PageRequest): Promise<Page<DeadLetter>>;
  /** Moves a dead letter back into its actor's mailbox. Null: there is none of that id. Doing it again changes nothing. */
  retryDeadLetter(tenant: string, id: string): Promise<DeadLetter | null>;
}

/** One version of a definition. */
export interface StoredAgent {
  readonly name: string;
  readonly version: number;
  readonly spec: Json;
  readonly created_at: number;
}

/** Versioned definitions. */
export interface AgentStore {
  /** Stores a new version, unless the newest one is the same. */
  putAgent(tenant: string, name: string, spec: Json): Promise<StoredAgent>;
  /** The newest version, or the one given. */
  agent(tenant: string, name: string, version: number | null): Promise<StoredAgent | null>;
  /** The newest version of each. */
  agents(tenant: string): Promise<readonly StoredAgent[]>;
}
