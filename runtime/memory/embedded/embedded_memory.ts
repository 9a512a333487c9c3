/**
 * The index as the port has it.
 *
 * Everything on disk is done at once, in this thread; only an embedding model is waited for. So what a
 * method finds before it waits may be otherwise after it, and is looked up again.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type {
  Embedder,
  Memory,
  MemoryFilter,
  MemoryItem,
  MemoryPage,
  MemoryStats,
  Rebuild,
  RecalledItem,
  RecallQuery,
  RememberOutcome,
} from "../port.ts";
import { assertWanted } from "../given_up.ts";
import { byTenant, CHUNK_ITEMS } from "./chunks.ts";
import { recallFrom } from "./recall.ts";
import { SpaceRebuild } from "./rebuild.ts";
import type { Space } from "./spaces.ts";
import { type Parts, type Prepared, removeAll, storeAll } from "./writer.ts";

/** What the index works with. */
export interface EmbeddedMemoryDeps {
  readonly parts: Parts;
  readonly embedder: Embedder | null;
  readonly clock: Pick<Clock, "yield">;
  readonly carrier: string;
}

/** As large as a small batch of items: a full disk still takes a small change. */
const PROBE_BYTES = 16_384;

/** The index in one file. */
export class EmbeddedMemory implements Memory {
  readonly carrier: string;
  readonly #parts: Parts;
  readonly #embedder: Embedder | null;
  readonly #clock: Pick<Clock, "yield">;
  readonly #rebuilds = new Set<SpaceRebuild>();
  readonly #closing = new AbortController();

  constructor({ parts, embedder, clock, carrier }: EmbeddedMemoryDeps) {
    this.#parts = parts;
    this.#embedder = embedder;
    this.#clock = clock;
    this.carrier = carrier;
  }

  async remember(
    items: readonly MemoryItem[],
    signal?: AbortSignal,
  ): Promise<readonly RememberOutcome[]> {
    const outcomes: RememberOutcome[] = [];
    for (const { tenant, items: own, places } of byTenant(items)) {
      for (let from = 0; from < own.length; from += CHUNK_ITEMS) {
        if (from > 0) await this.#clock.yield();
        const chunk = await this.#rememberSome(tenant, own.slice(from, from + CHUNK_ITEMS), signal);
        for (const [i, outcome] of chunk.entries()) outcomes[places[from + i]!] = outcome;
      }
    }
    return outcomes;
  }

  async recall(query: RecallQuery, signal?: AbortSignal): Promise<readonly RecalledItem[]> {
    const { text, filter, k, mode = "hybrid" } = query;
    const { spaces } = this.#parts;
    if (k <= 0 || text.trim() === "" || this.#usable(filter.tenant) === null) return [];
    const [vector = null] = this.#embedder === null || mode === "lexical"
      ? []
      : await this.#embedder.embed([text], this.#until(signal));
    if (vector !== null) await this.#warm(filter.tenant);
    assertWanted(signal);
    const space = this.#usable(filter.tenant);
    if (space === null) return [];
    const asked = {
      vector: spaces.fits(space) ? vector : null,
      words: mode !== "dense" || vector === null,
    };
    return recallFrom(this.#parts, space, query, asked);
  }

  async forget(filter: MemoryFilter): Promise<number> {
    const { spaces, items } = this.#parts;
    // First from what is being built: it may take the place of the other meanwhile.
    for (const rebuild of this.#rebuilds) await rebuild.forget(filter);
    const space = spaces.live(filter.tenant);
    if (space === null) return 0;
    for (let count = 0;;) {
      const keys = items.keys(space, filter, CHUNK_ITEMS);
      removeAll(this.#parts, space, keys);
      count += keys.length;
      if (keys.length < CHUNK_ITEMS) return count;
      await this.#clock.yield();
    }
  }

  list(
    filter: MemoryFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<MemoryPage> {
    return Promise.try(() => {
      const space = this.#parts.spaces.live(filter.tenant);
      return space === null
        ? { items: [], next: null }
        : this.#parts.items.page(space, filter, page);
    });
  }

  stats(tenant: string): Promise<MemoryStats> {
    return Promise.try(() => {
      const space = this.#parts.spaces.live(tenant);
      const by_kind = this.#parts.items.countByKind(space);
      const items = Object.values(by_kind).reduce((sum, count) => sum + count, 0);
      return { items, by_kind, dense: this.#embedder !== null };
    });
  }

  check(): Promise<void> {
    return Promise.try(() => {
      const { db, spaces } = this.#parts;
      db.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES ('probe', ?)")
        .run("-".repeat(PROBE_BYTES));
      db.prepare("DELETE FROM settings WHERE name = 'probe'").run();
      for (const space of spaces.inState("live")) spaces.assertUsable(space);
    });
  }

  rebuild(tenant: string | null): Promise<Rebuild> {
    const rebuild = new SpaceRebuild({
      parts: this.#parts,
      prepare: (items) => this.#prepare(items),
      rest: () => this.#clock.yield(),
      ended: (rebuild) => void this.#rebuilds.delete(rebuild),
      sweep: () => this.#sweep(),
    }, tenant);
    this.#rebuilds.add(rebuild);
    return Promise.resolve(rebuild);
  }

  /** Removes what an earlier process left half done. */
  async recover(): Promise<void> {
    const { db, spaces } = this.#parts;
    db.transaction(() => {
      for (const space of spaces.inState("building")) spaces.bury(space);
    });
    await this.#sweep();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    return Promise.try(() => this.#parts.db.close());
  }

  async #rememberSome(
    tenant: string,
    items: readonly MemoryItem[],
    signal: AbortSignal | undefined,
  ): Promise<RememberOutcome[]> {
    const { db, spaces } = this.#parts;
    this.#usable(tenant);
    // Also those that are known: what is being built may not have them.
    const prepared = await this.#prepare(items, signal);
    if (this.#embedder !== null) await this.#warm(tenant);
    assertWanted(signal);
    const live = this.#usable(tenant) ?? db.transaction(() => spaces.create(tenant, "live"));
    // What is being built comes first: after a failure in between, the items still count as new.
    for (const rebuild of this.#rebuilds) rebuild.take(tenant, prepared);
    return storeAll(this.#parts, live, prepared);
  }

  /** The tenant's space, if there is one and it can be used. */
  #usable(tenant: string): Space | null {
    const space = this.#parts.spaces.live(tenant);
    if (space !== null) this.#parts.spaces.assertUsable(space);
    return space;
  }

  /** Has the tenant's vectors read, so that what follows need not wait for that. */
  async #warm(tenant: string): Promise<void> {
    const { spaces, vectors } = this.#parts;
    const space = spaces.live(tenant);
    if (space !== null && spaces.fits(space)) await vectors.warm(space, () => this.#clock.yield());
  }

  async #prepare(items: readonly MemoryItem[], signal?: AbortSignal): Promise<Prepared[]> {
    if (this.#embedder === null || items.length === 0) {
      return items.map((item) => ({ item, vector: null }));
    }
    const texts = items.map(({ text }) => text);
    const vectors = await this.#embedder.embed(texts, this.#until(signal));
    return items.map((item, i) => ({ item, vector: vectors[i]! }));
  }

  /** Aborts when the index is closed, or with the caller's signal. */
  #until(signal: AbortSignal | undefined): AbortSignal {
    const { signal: closing } = this.#closing;
    return signal === undefined ? closing : AbortSignal.any([closing, signal]);
  }

  /** Removes dead spaces, a piece at a time. */
  async #sweep(): Promise<void> {
    const { db, spaces, items, terms, vectors } = this.#parts;
    for (const space of spaces.inState("dead")) {
      terms.close(space);
      vectors.drop(space);
      while (db.transaction(() => items.removeSome(space, CHUNK_ITEMS)) > 0) {
        await this.#clock.yield();
      }
      db.transaction(() => spaces.remove(space));
    }
  }
}
