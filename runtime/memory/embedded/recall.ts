/**
 * Recall from one space.
 *
 * @module
 */
import { fuseByRank, type Ranked } from "../fusion.ts";
import type { MemoryFilter, RecalledItem, RecallQuery } from "../port.ts";
import type { ItemRows } from "./item_rows.ts";
import type { Space } from "./spaces.ts";
import type { VectorFilter } from "./vector_table.ts";
import type { Parts } from "./writer.ts";

/** How far down each ranking the fusion looks at least. */
const POOL = 50;

/** By what to look. */
export interface Asked {
  readonly words: boolean;
  /** The question's; null: not by meaning. */
  readonly vector: Float32Array | null;
}

/** Finds the items that fit a question best. */
export function recallFrom(
  parts: Pick<Parts, "items" | "terms" | "vectors">,
  space: Space,
  { text, filter, k }: RecallQuery,
  { words, vector }: Asked,
): RecalledItem[] {
  const count = words && vector !== null ? Math.max(k, POOL) : k;
  const rankings: (readonly Ranked<number>[])[] = [];
  if (words) rankings.push(parts.terms.search(space, text, filter, count));
  if (vector !== null) {
    const wanted = vectorFilter(parts.items, space, filter);
    rankings.push(parts.vectors.table(space).nearest(vector, wanted, count));
  }
  const [only, ...others] = rankings;
  const ranked = others.length === 0
    ? only ?? []
    : fuseByRank(rankings.map((ranking) => ranking.map(({ key }) => key)));
  const best = ranked.slice(0, k);
  const stored = parts.items.byKeys(space, best.map(({ key }) => key));
  const items = new Map(stored.map(({ key, item }) => [key, item]));
  return best.flatMap(({ key, score }) => {
    const item = items.get(key);
    return item === undefined ? [] : [{ item, score }];
  });
}

/** Ids are no business of the vectors: their keys are. */
function vectorFilter(items: ItemRows, space: Space, filter: MemoryFilter): VectorFilter {
  const { tenant, ids, ...rest } = filter;
  if (ids === undefined) return rest;
  return { ...rest, keys: new Set(items.keys(space, { tenant, ids }, ids.length)) };
}
