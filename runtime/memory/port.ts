/**
 * The port to memory: what agents know beyond one session. An index, not the truth: the journal has
 * every item that was ever remembered, and an index can be built anew from it.
 *
 * What it promises: an item is found under exactly its own tenant; remembering an item again changes
 * nothing but its time; what was forgotten is not found. What it leaves out: what is worth
 * remembering, and when.
 *
 * @module
 */

import { MEMORY_KINDS, type MemoryKind } from "../../actors/session/memory_policy.ts";

export { MEMORY_KINDS, type MemoryKind };

/** One thing to know. */
export interface MemoryItem {
  /** Stable: the same thing remembered again has the same id. */
  readonly id: string;
  readonly tenant: string;
  readonly agent: string;
  /** The session that it comes from. */
  readonly session: string;
  readonly kind: MemoryKind;
  readonly text: string;
  /** When it was remembered: milliseconds since the epoch. */
  readonly at: number;
}

/** Which items: those that meet everything that is given. A tenant always is. */
export interface MemoryFilter {
  readonly tenant: string;
  readonly agent?: string;
  readonly session?: string;
  readonly kinds?: readonly MemoryKind[];
  readonly ids?: readonly string[];
  /** Remembered before this time. */
  readonly before?: number;
}

/** What to look for. */
export interface RecallQuery {
  readonly text: string;
  readonly filter: MemoryFilter;
  /** How many items at most. */
  readonly k: number;
  /** How to look; both, fused by rank, unless given. Without an embedding model: by words. */
  readonly mode?: "hybrid" | "lexical" | "dense";
}

/** An item that was found. */
export interface RecalledItem {
  readonly item: MemoryItem;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
}

/** What became of an item that was to be remembered. */
export interface RememberOutcome {
  readonly id: string;
  /**
   * `stored`: it is in the index. `known`: it was there before. `merged`: one that says the same is
   * there. What was there carries the newer of the two times from then on.
   */
  readonly outcome: "stored" | "known" | "merged";
  /** The item that stands for it in the index: itself, or the one it was merged into. */
  readonly into: string;
}

/** Figures of an index. */
export interface MemoryStats {
  readonly items: number;
  readonly by_kind: Readonly<Record<MemoryKind, number>>;
  /** Whether items are also found by meaning. */
  readonly dense: boolean;
}

/** One page of a list, newest first. `next` goes into the next request; null at the end. */
export interface MemoryPage {
  readonly items: readonly MemoryItem[];
  readonly next: string | null;
}

/**
 * An index.
 *
 * Every method throws `memory_unavailable` if the index cannot be reached or used now: then it is unknown
 * whether a write took place, and to repeat it is harmless.
 */
export interface Memory extends AsyncDisposable {
  /**
   * Resolves when all are found by whoever asks from now on. After `signal` has aborted no further write
   * is begun: what was not stored yet stays out.
   */
  remember(
    items: readonly MemoryItem[],
    signal?: AbortSignal,
  ): Promise<readonly RememberOutcome[]>;
  /** Best first. Broken off when `signal` aborts. */
  recall(query: RecallQuery, signal?: AbortSignal): Promise<readonly RecalledItem[]>;
  /** Resolves when none of them is found any more, with how many there were. */
  forget(filter: MemoryFilter): Promise<number>;
  list(
    filter: MemoryFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<MemoryPage>;
  stats(tenant: string): Promise<MemoryStats>;
  /** Resolves if the index works. @throws {SynapseError} `memory_unavailable` saying why not */
  check(): Promise<void>;
  /**
   * Begins a new index beside this one, which goes on answering and taking items (these go to both).
   * Items are put into it with {@link Rebuild.add}; {@link Rebuild.finish} puts it in the old one's place
   * at once. With `tenant`, only that tenant's items are replaced.
   */
  rebuild(tenant: string | null): Promise<Rebuild>;
  /** For people: what it is kept in. */
  readonly carrier: string;
}

/** A new index that is being filled. Disposed of without `finish`, nothing of it stays. */
export interface Rebuild extends AsyncDisposable {
  add(items: readonly MemoryItem[]): Promise<void>;
  finish(): Promise<void>;
}

/** Makes vectors of texts. */
export interface Embedder {
  /** Of the model, for what stores vectors: another model's cannot be compared. */
  readonly model: string;
  readonly dimensions: number;
  /**
   * One vector for each text, of length 1.
   *
   * @throws {SynapseError} `memory_unavailable` if the model cannot be reached
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}
