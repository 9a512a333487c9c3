/**
 * Proves of a whole store, all tenants and types of actors, that no history was edited, cut or mixed
 * up: after a restore, and after a move to another store.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import { GENESIS, verifyChain } from "../journal/hash_chain.ts";
import type { JournalEvent } from "../journal/port.ts";

/** An actor as its row says it is. */
export interface StoredActor {
  /** Of its row, for the order. */
  readonly key: number;
  readonly address: Address;
  readonly seq: number;
  readonly hash: string;
  /** Whether its events are being deleted: then there may be any of them. */
  readonly purged: boolean;
}

/** An event of an actor. */
export interface StoredEvent {
  readonly key: number;
  readonly event: JournalEvent;
}

/** The rows of a store, in the order of their keys. */
export interface StoredRows {
  /** Up to `limit` actors after that key. */
  actors(after: number, limit: number): Promise<readonly StoredActor[]>;
  /** Up to `limit` events of the actors up to the key `last`, by key and seq, after that one. */
  events(
    after: { readonly key: number; readonly seq: number },
    last: number,
    limit: number,
  ): Promise<readonly StoredEvent[]>;
}

/** How much was verified. */
export interface VerifiedStore {
  readonly actors: number;
  readonly events: number;
}

/** Actors read at a time. */
const ACTORS = 500;

/** Events read at a time. */
const EVENTS = 1000;

/**
 * Computes every hash chain again, and compares its end with the actor's row.
 *
 * @throws {SynapseError} `journal_corrupt` naming the first actor whose history is not what it was
 */
export async function verifyStore(rows: StoredRows): Promise<VerifiedStore> {
  let [actors, events, after] = [0, 0, 0];
  for (;;) {
    const page = await rows.actors(after, ACTORS);
    const last = page.at(-1);
    if (last === undefined) return { actors, events };
    const chains = new Map(page.map((actor) => [actor.key, new Chain(actor)]));
    for (let at = { key: after, seq: Number.MAX_SAFE_INTEGER };;) {
      const found = await readEvents(rows, at, last.key);
      for (const { key, event } of found) chains.get(key)?.add(event);
      const end = found.at(-1);
      if (end === undefined) break;
      at = { key: end.key, seq: end.event.seq };
    }
    for (const chain of chains.values()) {
      if (chain.actor.purged) continue;
      actors += 1;
      events += chain.end();
    }
    after = last.key;
  }
}

async function readEvents(
  rows: StoredRows,
  at: { readonly key: number; readonly seq: number },
  last: number,
): Promise<readonly StoredEvent[]> {
  try {
    return await rows.events(at, last, EVENTS);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `An event after ${at.seq} of the actor in row ${at.key} is no JSON`;
    throw new SynapseError("journal_corrupt", message, { cause });
  }
}

class Chain {
  readonly actor: StoredActor;
  #head = { seq: 0, hash: GENESIS };

  constructor(actor: StoredActor) {
    this.actor = actor;
  }

  add(event: JournalEvent): void {
    const { address, purged } = this.actor;
    if (purged) return;
    const verdict = verifyChain(address, [event], this.#head);
    if (!verdict.ok) throw this.#fault(verdict.reason);
    this.#head = verdict;
  }

  /** @returns how many events there were */
  end(): number {
    const { seq, hash } = this.actor;
    if (this.#head.seq !== seq) {
      throw this.#fault(`It has ${this.#head.seq} events, its row says ${seq}`);
    }
    if (this.#head.hash !== hash) {
      throw this.#fault(`Its last event has the hash ${this.#head.hash}, its row says ${hash}`);
    }
    return seq;
  }

  #fault(reason: string): SynapseError {
    const { tenant, type, id } = this.actor.address;
    const message = `History of ${type}/${id} of tenant ${tenant} is not sound: ${reason}`;
    return new SynapseError("journal_corrupt", message, { data: { tenant, type, id } });
  }
}
