/**
 * Finds items.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { Embedder, RecalledItem, RecallQuery } from "../port.ts";
import { queryVector } from "../terms.ts";
import type { QdrantCalls } from "./calls.ts";
import { type PointFilter, pointFilter } from "./point_filter.ts";
import { ITEM_POINT, MEANING, WORDS } from "./point.ts";

/** How far down each of two rankings is looked before they are fused, at least. */
export const FUSED_PLACES_MIN = 50;

/**
 * How many more there may be, of as many places, with the score of one: Qdrant gives equals in another
 * order each time. Beside the two with each other's places, other sums coincide in 32 bits.
 */
export const EQUALS_MAX = 4;

/** 60 as in Cormack et al. (2009), whose ranks begin at 1; Qdrant's begin at 0. */
const RRF = { rrf: { k: 61 } };

const FOUND = z.object({ points: z.array(ITEM_POINT.extend({ score: z.number() })) });

/** One way of looking: by words, or by meaning. */
type Search = Required<Pick<Schemas["Prefetch"], "query" | "using">>;

/** Where to look, and with what. */
export interface RecallIn {
  readonly calls: QdrantCalls;
  readonly collection: string;
  readonly embedder: Embedder | null;
}

/** Items that answer a query, best first. */
export async function recallItems(
  { calls, collection, embedder }: RecallIn,
  query: RecallQuery,
): Promise<RecalledItem[]> {
  const filter = pointFilter(query.filter);
  if (filter === null || query.k <= 0) return [];
  const searches = await searchesFor(query, embedder, calls.stop);
  const request = queryRequest(searches, filter, query.k);
  if (request === null) return [];
  const { points } = await calls.ask(FOUND, {
    call: "find items",
    send: (api, init) => api.queryPoints({ collection_name: collection, ...request }, init),
  });
  return points.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, query.k)
    .map(({ payload, score }) => ({ item: payload, score }));
}

async function searchesFor(
  { text, mode = "hybrid" }: RecallQuery,
  embedder: Embedder | null,
  signal: AbortSignal,
): Promise<Search[]> {
  const searches: Search[] = [];
  const { indices, values } = queryVector(text);
  if ((mode !== "dense" || embedder === null) && indices.length > 0) {
    const nearest = { indices: [...indices], values: [...values] };
    searches.push({ query: { nearest }, using: WORDS });
  }
  if (mode !== "lexical" && embedder !== null && text.trim() !== "") {
    const [vector] = await embedder.embed([text.toWellFormed()], signal);
    if (vector !== undefined) searches.push({ query: { nearest: [...vector] }, using: MEANING });
  }
  return searches;
}

/** The request for one search or for two, fused by rank on the server; null for none. It may bring more than `k`. */
export function queryRequest(
  searches: readonly Search[],
  filter: PointFilter,
  k: number,
): Schemas["QueryRequest"] | null {
  const [first, second] = searches;
  if (first === undefined) return null;
  const shape = { filter, with_payload: true };
  if (second === undefined) return { ...first, ...shape, limit: k };
  const places = Math.max(k, FUSED_PLACES_MIN);
  return {
    prefetch: searches.map((search) => ({ ...search, filter, limit: places })),
    query: RRF,
    ...shape,
    // All with the score of the last one that is wanted, so that it can be said which it is.
    limit: places === FUSED_PLACES_MIN ? k + EQUALS_MAX : places * searches.length,
  };
}
