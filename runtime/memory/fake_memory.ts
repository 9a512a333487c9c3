/**
 * For tests: a memory in the process, which goes away, hangs and refuses when it is told to.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";
import { meetsFilter } from "./filter.ts";
import { assertWanted } from "./given_up.ts";
import {
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
} from "./port.ts";

/** A memory that finds what shares a word with the query. */
export class FakeMemory implements Memory {
  readonly carrier = "a fake";
  /** Why it is away; null: it is there. */
  away: string | null = null;
  /** Thrown by the next write. */
  failure: Error | null = null;
  /** Resolves before each answer. */
  gate: Promise<void> = Promise.resolve();
  /** What is asked by meaning fails. */
  meaningAway = false;
  /** Every item as it was put in, in order; the same one again when it was put in again. */
  readonly written: MemoryItem[] = [];
  readonly queries: RecallQuery[] = [];
  #items = new Map<string, MemoryItem>();

  /** All items there are. */
  get items(): readonly MemoryItem[] {
    return [...this.#items.values()];
  }

  async remember(
    items: readonly MemoryItem[],
    signal?: AbortSignal,
  ): Promise<readonly RememberOutcome[]> {
    await this.#answer();
    assertWanted(signal);
    this.#failOnce();
    return items.map((item) => {
      this.written.push(item);
      const known = this.#items.get(keyOf(item));
      const kept = known ?? item;
      this.#items.set(keyOf(item), { ...kept, at: Math.max(kept.at, item.at) });
      return { id: item.id, outcome: known ? "known" : "stored", into: item.id };
    });
  }

  async recall(query: RecallQuery, signal?: AbortSignal): Promise<readonly RecalledItem[]> {
    this.queries.push(query);
    await this.#answer();
    assertWanted(signal);
    if (this.meaningAway && query.mode !== "lexical") throw unavailable("The model is away");
    const words = wordsOf(query.text);
    return this.items.filter((item) => meetsFilter(item, query.filter))
      .map((item) => ({ item, score: wordsOf(item.text).intersection(words).size }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, query.k);
  }

  async forget(filter: MemoryFilter): Promise<number> {
    await this.#answer();
    this.#failOnce();
    const gone = this.items.filter((item) => meetsFilter(item, filter));
    for (const item of gone) this.#items.delete(keyOf(item));
    return gone.length;
  }

  async list(
    filter: MemoryFilter,
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): Promise<MemoryPage> {
    await this.#answer();
    const all = this.items.filter((item) => meetsFilter(item, filter)).sort((a, b) => b.at - a.at);
    const start = Number(cursor ?? 0);
    const end = start + limit;
    return { items: all.slice(start, end), next: end < all.length ? String(end) : null };
  }

  async stats(tenant: string): Promise<MemoryStats> {
    await this.#answer();
    const all = this.items.filter((item) => item.tenant === tenant);
    const count = (kind: MemoryKind) => all.filter((item) => item.kind === kind).length;
    const by_kind = Object.fromEntries(MEMORY_KINDS.map((kind) => [kind, count(kind)]));
    return { items: all.length, by_kind: by_kind as MemoryStats["by_kind"], dense: false };
  }

  async check(): Promise<void> {
    await this.#answer();
  }

  async rebuild(tenant: string | null): Promise<Rebuild> {
    await this.#answer();
    const next = this.items.filter((item) => tenant !== null && item.tenant !== tenant);
    return {
      add: (items) => Promise.resolve(void next.push(...items)),
      finish: () => {
        this.#items = new Map(next.map((item) => [keyOf(item), item]));
        return Promise.resolve();
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  async #answer(): Promise<void> {
    await this.gate;
    if (this.away !== null) throw unavailable(this.away);
  }

  #failOnce(): void {
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure;
  }
}

function unavailable(why: string): SynapseError {
  return new SynapseError("memory_unavailable", why);
}

function keyOf({ tenant, id }: MemoryItem): string {
  return `${tenant} ${id}`;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}+|\p{N}+/gu));
}
