/**
 * What the clauses work on: an open journal, and a writer that knows how to write to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address, Json } from "../../../actors/behavior.ts";
import { canonicalJson } from "../canonical_json.ts";
import { GENESIS, hashEvent } from "../hash_chain.ts";
import type { Page, PageRequest } from "../directory_port.ts";
import type { NodeBeat } from "../nodes_port.ts";
import type {
  ActorCommit,
  CommitOutcome,
  HandledMark,
  Journal,
  Lease,
  MailboxRow,
  NewEvent,
  PostedRow,
} from "../port.ts";

/** An open journal under test. It has {@link PARTITIONS} partitions. */
export interface Subject extends AsyncDisposable {
  readonly journal: Journal;
  /** The time by the journal's clock: milliseconds since the epoch. */
  now(): number;
  /** Lets at least that many milliseconds pass by the journal's clock. */
  pass(ms: number): Promise<void>;
  /** Closes the journal and opens the same store again. */
  reopen(): Promise<Subject>;
}

/** Opens a new, empty store. */
export type OpenSubject = () => Promise<Subject>;

/** Whether an adapter has an optional power, or why it has not. */
export type Power = true | { readonly no: string };

/** The optional powers. */
export interface Powers {
  /** Many nodes share the store: a lease ends by itself when its time is over, so that another has the partition. */
  readonly many_nodes: Power;
}

/** What must hold. */
type Clause = (subject: Subject) => Promise<void>;

/** Clauses by their sentences. */
export type Clauses = Readonly<
  Record<string, Clause | { readonly needs: keyof Powers; readonly holds: Clause }>
>;

/** How many partitions the journal under test has. */
export const PARTITIONS = 8;

/** The partition of everything that a clause does not put elsewhere. */
export const HOME = 1;

/** An actor. */
export function actor(id: string, tenant = "acme", type = "session"): Address {
  return { tenant, type, id };
}

/** A command to accept. */
export function row(address: Address, id: string, more: Partial<PostedRow> = {}): PostedRow {
  const command: Json = { type: "say", id };
  const where = { address, partition: HOME };
  return { ...where, id, command, sender: "test", digest: `d:${id}`, request_id: null, ...more };
}

/** What a commit remembers of a command. */
export function mark(id: string, more: Partial<HandledMark> = {}): HandledMark {
  return { id, digest: "", reply: null, refused: false, ...more };
}

/** What a clause says of an actor's part of a commit; the rest has nothing special about it. */
export interface PartOptions extends Partial<Omit<ActorCommit, "address" | "events">> {
  /** Their payloads. */
  readonly events?: readonly Json[];
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The name of the node that a writer is. */
const NODE = "node_1";

/** Writes to a journal as a node does: it holds all partitions and knows how far each actor is. */
export class Writer {
  readonly #subject: Subject;
  readonly #epochs: ReadonlyMap<number, number>;
  readonly #heads = new Map<string, Head>();

  private constructor(subject: Subject, epochs: ReadonlyMap<number, number>) {
    this.#subject = subject;
    this.#epochs = epochs;
  }

  /** Takes all partitions, for a minute unless another time is given. */
  static async of(subject: Subject, lease_ms = 60_000): Promise<Writer> {
    const all = Array.from({ length: PARTITIONS }, (_, i) => i);
    const leases = await subject.journal.acquire(NODE, all, lease_ms);
    assert.equal(leases.length, PARTITIONS);
    return new Writer(subject, new Map(leases.map(({ partition, epoch }) => [partition, epoch])));
  }

  /** Gives all partitions back. */
  async release(): Promise<void> {
    const leases = Array.from({ length: PARTITIONS }, (_, partition) => this.lease(partition));
    await this.#subject.journal.release(NODE, leases);
  }

  /** The lease on a partition. */
  lease(partition: number): Lease {
    return { partition, epoch: this.#epochs.get(partition) ?? -1, until: null };
  }

  /** Takes actors to be where another writer left them. */
  follow(other: Writer): void {
    for (const [key, head] of other.#heads) this.#heads.set(key, head);
  }

  /** Takes an actor for one that has no events. */
  forget(address: Address): void {
    this.#heads.delete(keyOf(address));
  }

  /** An actor's part of a commit, as it follows from what this writer has committed. */
  part(address: Address, { events = [], ...options }: PartOptions = {}): ActorCommit {
    const head = this.#heads.get(keyOf(address)) ?? { seq: 0, hash: GENESIS };
    const at = options.at ?? this.#subject.now();
    const partition = options.partition ?? HOME;
    return {
      address,
      partition,
      epoch: this.lease(partition).epoch,
      expected_seq: head.seq,
      expected_hash: head.hash,
      events: chain(address, head, events, at),
      summary: { status: "idle", label: "", details: null },
      owed: false,
      snapshot: null,
      handled: [],
      sends: [],
      timers: [],
      questions: [],
      dead: [],
      outgoing: false,
      at,
      ...options,
    };
  }

  /** Commits parts, and notes how far their actors are now. */
  async commit(...parts: readonly ActorCommit[]): Promise<readonly CommitOutcome[]> {
    const outcomes = await this.#subject.journal.commit(parts);
    assert.equal(outcomes.length, parts.length);
    for (const [i, part] of parts.entries()) {
      const last = part.events.at(-1);
      if (outcomes[i] === "committed" && last) this.#heads.set(keyOf(part.address), last);
    }
    return outcomes;
  }

  /** Commits one part, which must succeed. */
  async write(address: Address, options: PartOptions): Promise<ActorCommit> {
    const part = this.part(address, options);
    assert.deepEqual(await this.commit(part), ["committed"]);
    return part;
  }
}

function chain(address: Address, head: Head, payloads: readonly Json[], at: number): NewEvent[] {
  let { seq, hash } = head;
  return payloads.map((payload) => {
    const header = { seq: ++seq, type: "noted", v: 1, cause: `cmd_${seq}`, at };
    const text = canonicalJson(payload);
    hash = hashEvent(hash, address, header, text);
    return { ...header, payload, text, hash };
  });
}

/** All items of a list, read by pages of that size; each page but the last must be full. */
export async function allPages<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
  limit: number,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ cursor, limit });
    assert.ok(page.items.length <= limit, `Page has ${page.items.length} items, wanted ${limit}`);
    if (page.next !== null) assert.equal(page.items.length, limit);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** What a node says of itself. */
export function nodeBeat(id: string, more: Partial<NodeBeat> = {}): NodeBeat {
  return {
    id,
    incarnation: "inc_1",
    version: "1.2.3",
    protocol_version: "1.0",
    status: "active",
    partitions: 0,
    weight: 1,
    labels: {},
    ...more,
  };
}

/** An actor as one string. */
export function keyOf({ tenant, type, id }: Address): string {
  return JSON.stringify([tenant, type, id]);
}

/** All commands of an actor that wait, however the store hands them out. */
export async function allWaiting(journal: Journal, address: Address): Promise<MailboxRow[]> {
  const rows: MailboxRow[] = [];
  for (;;) {
    const more = await journal.take(address, 100, rows.map(({ id }) => id));
    if (more.length === 0) return rows;
    rows.push(...more);
  }
}
