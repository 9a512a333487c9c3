/**
 * Memory on Qdrant: dense and sparse vectors in one collection, of all tenants, every question
 * restricted to one of them on the server.
 *
 * Every write is waited for until Qdrant has made it (`wait=true`), so that it is found by whoever
 * asks from then on.
 *
 * @module
 */
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Entropy } from "../../entropy.ts";
import {
  type Embedder,
  type Memory,
  MEMORY_KINDS,
  type MemoryFilter,
  type MemoryItem,
  type MemoryKind,
  type MemoryPage,
  type MemoryStats,
  type Rebuild,
  type RecalledItem,
  type RecallQuery,
  type RememberOutcome,
} from "../port.ts";
import { CALL_BOUNDS, type CallBounds, QdrantCalls, type QdrantServer } from "./calls.ts";
import { COLLECTION, QdrantCollections } from "./collections.ts";
import { ifPossible, needsReindex, statusOf } from "./failure.ts";
import { member } from "./point_filter.ts";
import { forgetAhead, forgetItems } from "./forgetting.ts";
import { listItems } from "./list.ts";
import { type PreparedItem, preparedItem } from "./point.ts";
import type { Collection } from "./points.ts";
import { QdrantRebuild } from "./rebuild.ts";
import { recallItems } from "./recall.ts";
import { storeItems } from "./store.ts";
import { Turns } from "./turns.ts";

/** What a memory on Qdrant needs. */
export interface QdrantMemoryOptions extends QdrantServer {
  /** The alias under which the index stands: `synapse_memory` unless given. */
  readonly collection?: string;
  /** Makes vectors; null: items are found by words only. */
  readonly embedder: Embedder | null;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Bounds of one call, where they are not the usual ones. */
  readonly bounds?: Partial<CallBounds>;
}

/**
 * Opens memory on Qdrant. Nothing is asked of the server yet: the first question, or `check()`, makes
 * the index if there is none and looks whether it will do. So a node starts also while Qdrant is down.
 */
export function openQdrantMemory(options: QdrantMemoryOptions): Memory {
  return new QdrantMemory(options);
}

const FACET = z.object({
  hits: z.array(z.object({ value: z.enum(MEMORY_KINDS), count: z.number() })),
});

class QdrantMemory implements Memory {
  readonly carrier: string;
  readonly #calls: QdrantCalls;
  readonly #collections: QdrantCollections;
  readonly #embedder: Embedder | null;
  readonly #clock: Clock;
  /** Writes of one tenant one after the other, so that what says the same is seen. */
  readonly #turns = new Turns();

  constructor(options: QdrantMemoryOptions) {
    const { url, collection = COLLECTION, embedder, clock, entropy, bounds } = options;
    this.#embedder = embedder;
    this.#clock = clock;
    this.#calls = QdrantCalls.to(options, {
      clock,
      entropy,
      bounds: { ...CALL_BOUNDS, ...bounds },
    });
    const names = { name: collection, clock, entropy, model: embedder };
    this.#collections = new QdrantCollections(this.#calls, names);
    this.carrier = `Qdrant at ${new URL(url).host}, collection ${collection}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#calls[Symbol.asyncDispose]();
  }

  async remember(
    items: readonly MemoryItem[],
    signal?: AbortSignal,
  ): Promise<readonly RememberOutcome[]> {
    const calls = this.#calls.until(signal);
    const outcomes: RememberOutcome[] = [];
    for (const [tenant, places] of Map.groupBy(items.keys(), (i) => items[i]!.tenant)) {
      const group = places.map((i) => items[i]!);
      const settled = await this.#suited(async () => {
        const prepared = await this.#prepare(group, calls.stop);
        const store = ({ name }: Collection) => storeItems(calls, name, prepared);
        return await this.#turns.take(tenant, () => this.#write(store, store));
      });
      for (const [i, outcome] of settled.entries()) outcomes[places[i]!] = outcome;
    }
    return outcomes;
  }

  recall(query: RecallQuery, signal?: AbortSignal): Promise<readonly RecalledItem[]> {
    return this.#suited(() =>
      recallItems({
        calls: this.#calls.until(signal),
        collection: this.#collections.current,
        embedder: this.#embedder,
      }, query)
    );
  }

  forget(filter: MemoryFilter): Promise<number> {
    const forget = (current: Collection) => forgetItems(current, filter);
    const ahead = (next: Collection) => forgetAhead(next, filter);
    return this.#present(() => this.#turns.take(filter.tenant, () => this.#write(forget, ahead)));
  }

  list(
    filter: MemoryFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<MemoryPage> {
    return this.#present(() =>
      listItems(this.#collection(this.#collections.current), filter, page)
    );
  }

  stats(tenant: string): Promise<MemoryStats> {
    return this.#present(async () => {
      const current = this.#collection(this.#collections.current);
      const counts = await countByKind(current, tenant);
      const by_kind = { fact: 0, episode: 0, preference: 0, procedure: 0, ...counts };
      const items = Object.values(by_kind).reduce((sum, count) => sum + count, 0);
      return { items, by_kind, dense: this.#embedder !== null };
    });
  }

  async check(): Promise<void> {
    this.#collections.lookAgain();
    await this.#suited(() => ifPossible(() => this.#collections.discardAbandoned()));
  }

  async rebuild(tenant: string | null): Promise<Rebuild> {
    const begin = async () =>
      new QdrantRebuild({
        calls: this.#calls,
        collections: this.#collections,
        clock: this.#clock,
        place: await this.#collections.beginNext(),
        tenant,
        prepare: (items) => this.#prepare(items),
      });
    // One tenant's items are copied into the index that is there, which therefore has to suit.
    return tenant === null ? await begin() : await this.#suited(begin);
  }

  /** Does something with the index if it is there and suits the model. */
  #suited<T>(task: () => Promise<T>): Promise<T> {
    return this.#present(task, (fault) => {
      throw needsReindex(fault);
    });
  }

  /** Does something with the index if it is there. */
  async #present<T>(task: () => Promise<T>, unsuited?: (fault: string) => never): Promise<T> {
    const fault = await this.#collections.prepare();
    if (fault !== null) unsuited?.(fault);
    try {
      return await task();
    } catch (error) {
      // Removed, or built anew for another model by another node.
      if ([400, 404].includes(statusOf(error) ?? 0)) this.#collections.lookAgain();
      throw error;
    }
  }

  /** Writes to the index, and before that to one that is being built. */
  async #write<T>(
    toCurrent: (current: Collection) => Promise<T>,
    toNext: (next: Collection) => Promise<unknown>,
  ): Promise<T> {
    const { current, next } = this.#collections;
    const places = await this.#collections.places();
    try {
      if (places.next !== null && !(await this.#collections.isAbandoned())) {
        await toNext(this.#collection(next));
      }
    } catch (error) {
      // It has just taken its place, or was given up.
      if (statusOf(error) !== 404) throw error;
    }
    return await toCurrent(this.#collection(current));
  }

  async #prepare(items: readonly MemoryItem[], stop = this.#calls.stop): Promise<PreparedItem[]> {
    const texts = items.map(({ text }) => text.toWellFormed());
    const vectors = this.#embedder === null || items.length === 0
      ? []
      : await this.#embedder.embed(texts, stop);
    return items.map((item, i) => preparedItem(item, vectors[i] ?? null));
  }

  #collection(name: string): Collection {
    return { calls: this.#calls, name };
  }
}

async function countByKind(
  { calls, name }: Collection,
  tenant: string,
): Promise<Readonly<Partial<Record<MemoryKind, number>>>> {
  const { hits } = await calls.ask(FACET, {
    call: "count items",
    send: (api, init) =>
      api.facet({
        collection_name: name,
        key: "kind",
        filter: { must: [member("tenant", tenant)] },
        limit: MEMORY_KINDS.length,
        exact: true,
      }, init),
  });
  return Object.fromEntries(hits.map(({ value, count }) => [value, count]));
}
