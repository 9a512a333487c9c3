/**
 * What the virtual journal holds: plain rows in maps, each map in the order in which its rows came.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { addressKey } from "../engine/placement.ts";
import { SynapseError } from "../errors.ts";
import type {
  ActorRecord,
  DeadLetter,
  Page,
  PageRequest,
  Question,
  StoredAgent,
} from "../journal/directory_port.ts";
import type { NodeRecord } from "../journal/nodes_port.ts";
import type {
  DueTimer,
  HandledMark,
  JournalEvent,
  LoadedActor,
  NewMailboxRow,
  Outgoing,
  PostedRow,
} from "../journal/port.ts";

/** An actor. `key` counts up. */
export interface ActorRow {
  readonly key: number;
  readonly partition: number;
  record: ActorRecord;
  owed: boolean;
  events: readonly JournalEvent[];
  snapshot: LoadedActor["snapshot"];
}

/** A command, waiting (`mark` null) or handled. */
export interface CommandRow {
  readonly row: NewMailboxRow;
  readonly request_id: string | null;
  readonly accepted_at: number;
  attempts: number;
  mark: HandledMark | null;
  handled_at: number;
}

/** A timer. */
export interface TimerEntry extends DueTimer {
  readonly partition: number;
}

/** A row of a list, which counts up. */
export type Positioned<Item> = Item & { readonly position: number };

/** A dead letter. */
export type LetterRow = Positioned<DeadLetter & { readonly partition: number }>;

/** Events of a commit that are to be handed on. */
export type OutboxRow = Outgoing & { readonly at: number };

/** Who has a partition, and since which change of hands. */
export interface PartitionRow {
  owner: string | null;
  epoch: number;
  until: number;
}

/** The whole store. */
export class Tables {
  /** Every world has one journal. */
  readonly id = "jrn_virtual";
  readonly actors = new Map<string, ActorRow>();
  /** Rows of closed actors that were deleted, which nobody sees any more and which are still to go. */
  nameless = 0;
  readonly mailbox = new Map<string, CommandRow>();
  readonly timers = new Map<string, TimerEntry>();
  readonly questions = new Map<string, Positioned<Question>>();
  readonly letters = new Map<string, LetterRow>();
  readonly partitions: PartitionRow[];
  readonly outbox = new Map<number, OutboxRow>();
  readonly nodes = new Map<string, NodeRecord>();
  readonly agents = new Map<string, StoredAgent[]>();
  #position = 0;

  constructor(partitions: number) {
    this.partitions = Array.from({ length: partitions }, () => ({
      owner: null,
      epoch: 0,
      until: 0,
    }));
  }

  /** The next place in every list. */
  position(): number {
    return ++this.#position;
  }

  /** Accepts a command, also one that was refused before. Returns whether it was new. */
  accept(row: PostedRow, at: number): boolean {
    const key = entryKey(row.address, row.id);
    const known = this.mailbox.get(key);
    const again = known?.request_id !== row.request_id || row.request_id === null;
    if (known?.mark?.refused && again) this.mailbox.delete(key);
    return this.insert(row, at, row.request_id);
  }

  /** Puts a command into a mailbox that does not know its id. Returns whether it was new. */
  insert(row: NewMailboxRow, accepted_at: number, request_id: string | null = null): boolean {
    const key = entryKey(row.address, row.id);
    if (this.mailbox.has(key)) return false;
    const stored = { ...row, command: copy(row.command) };
    const waiting = { attempts: 0, mark: null, handled_at: 0 };
    this.mailbox.set(key, { row: stored, request_id, accepted_at, ...waiting });
    return true;
  }
}

/** A name of something that belongs to an actor, as a map key. */
export function entryKey(address: Address, name: string): string {
  return `${addressKey(address)}\n${name}`;
}

/** A name within a tenant, as a map key. */
export function tenantKey(tenant: string, name: string): string {
  return `${tenant}\n${name}`;
}

/** Whether two addresses are one actor's. */
export function sameActor(a: Address, b: Address): boolean {
  return addressKey(a) === addressKey(b);
}

/** A value as a store gives it back: through its text. */
export function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/**
 * One page of rows, which are in their order.
 *
 * @param place what a cursor names of a row
 * @param direction 1: places rise; -1: they fall
 * @throws {SynapseError} `invalid_request` for a cursor that no page gave out
 */
export function pageOf<Row>(
  rows: Iterable<Row>,
  { cursor, limit }: PageRequest,
  place: (row: Row) => number,
  direction: 1 | -1 = 1,
): { readonly rows: readonly Row[]; readonly next: Page<Row>["next"] } {
  if (cursor !== null && !/^\d+$/.test(cursor)) {
    const found = JSON.stringify(cursor);
    throw new SynapseError("invalid_request", `Cursor is ${found}, wanted \`next\` of a page`);
  }
  const left = [...rows].filter((row) =>
    cursor === null || (place(row) - Number(cursor)) * direction > 0
  );
  const shown = left.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: left.length > limit && last ? String(place(last)) : null };
}
