/**
 * In which order points answer a query, as Qdrant computes it, but by looking at every point.
 *
 * @module
 */
import { meets } from "./conditions.ts";
import {
  Refusal,
  type SparseVector,
  type StoredCollection,
  type StoredPoint,
} from "./stored_collection.ts";

/** A point with its score. */
export interface Ranked {
  readonly point: StoredPoint;
  readonly score: number;
}

// deno-lint-ignore no-explicit-any -- the description has checked its form
type Query = any;

/** Its share of a place in fused rankings, unless the query says another. */
const RRF_K = 2;

/** Points in a page unless the query says how many. */
const LIMIT = 10;

/** The points that answer a query, best first. */
export function rank(collection: StoredCollection, request: Query): Ranked[] {
  const { prefetch, query, using, filter, limit = LIMIT } = request;
  const fused = query?.rrf !== undefined || query?.fusion === "rrf";
  const found = fused
    ? fuse([prefetch].flat().map((part) => rank(collection, part)), query.rrf?.k ?? RRF_K)
    : nearest(collection, using, query?.nearest ?? query);
  return found.filter(({ point }) => meets(point, filter)).slice(0, limit);
}

function nearest(collection: StoredCollection, using: string, query: Query): Ranked[] {
  const points = [...collection.points.values()];
  const sparse = collection.request.sparse_vectors?.[using];
  if (sparse !== undefined) {
    assertUnique(query.indices, "internal.query.nearest.indices");
    const weights = queryWeights(points, using, query, sparse.modifier === "idf");
    return sortedByWords(points.flatMap((point) => {
      const vector = point.vectors[using] as SparseVector | undefined;
      const shared = vector?.indices.some((index) => weights.has(index)) ?? false;
      if (vector === undefined || !shared) return [];
      return [{ point, score: sparseProduct(weights, vector) }];
    }));
  }
  const dense = collection.request.vectors?.[using];
  if (dense === undefined) {
    throw new Refusal(400, `Wrong input: Not existing vector name error: ${using}`);
  }
  const wanted = unitVector(query, dense.size);
  return sorted(points.flatMap((point) => {
    const vector = point.vectors[using] as readonly number[] | undefined;
    return vector === undefined ? [] : [{ point, score: product(wanted, vector) }];
  }));
}

/** The weights of a query's terms; with the modifier, rare ones weigh more. */
function queryWeights(
  points: readonly StoredPoint[],
  using: string,
  query: SparseVector,
  idf: boolean,
): Map<number, number> {
  const holders = new Map<number, number>();
  let indexed = 0;
  for (const { vectors } of points) {
    const vector = vectors[using] as SparseVector | undefined;
    if (vector === undefined) continue;
    indexed++;
    for (const index of vector.indices) holders.set(index, (holders.get(index) ?? 0) + 1);
  }
  return new Map(query.indices.map((index, i) => {
    const n = holders.get(index) ?? 0;
    const rarity = idf ? Math.log((indexed - n + 0.5) / (n + 0.5) + 1) : 1;
    return [index, (query.values[i] ?? 0) * rarity];
  }));
}

function sparseProduct(weights: ReadonlyMap<number, number>, vector: SparseVector): number {
  return vector.indices.reduce(
    (sum, index, i) => sum + (weights.get(index) ?? 0) * (vector.values[i] ?? 0),
    0,
  );
}

/** How often rankings were fused. */
let fusions = 0;

/** Reciprocal rank fusion, places counted from 0. Equals come in another order each time. */
function fuse(rankings: readonly (readonly Ranked[])[], k: number): Ranked[] {
  const scores = new Map<StoredPoint, number>();
  for (const ranking of rankings) {
    for (const [place, { point }] of ranking.entries()) {
      // In 32 bits, in which more sums are equal.
      const score = (scores.get(point) ?? 0) + Math.fround(1 / (k + place));
      scores.set(point, Math.fround(score));
    }
  }
  const found = sorted([...scores].map(([point, score]) => ({ point, score })));
  return ++fusions % 2 === 0 ? found : found.reverse().sort((a, b) => b.score - a.score);
}

/** Best first; of equals, by id, so that tests repeat. */
function sorted(found: Ranked[]): Ranked[] {
  return found.sort((a, b) => b.score - a.score || (a.point.id < b.point.id ? -1 : 1));
}

/** Best first. Nothing is promised about equals; here they come the other way round than by meaning. */
function sortedByWords(found: Ranked[]): Ranked[] {
  return found.sort((a, b) => b.score - a.score || (a.point.id < b.point.id ? 1 : -1));
}

/** Sees to it that a sparse vector names each term once. @throws {Refusal} */
export function assertUnique(indices: readonly number[], place: string): void {
  if (new Set(indices).size === indices.length) return;
  const why = `[${place}: Validation error: must be unique [{}]]`;
  throw new Refusal(422, `Validation error in JSON body: ${why}`);
}

/** A vector as a cosine collection keeps it: of length 1, in 32 bits. @throws {Refusal} for another size */
export function unitVector(vector: readonly number[], size: number, name?: string): number[] {
  if (vector.length !== size) {
    const whose = name === undefined ? "" : ` for vector '${name}'`;
    const found = `expected dim: ${size}, got ${vector.length}${whose}`;
    throw new Refusal(400, `Wrong input: Vector dimension error: ${found}`);
  }
  const length = Math.sqrt(product(vector, vector));
  return vector.map((value) => Math.fround(length === 0 ? value : value / length));
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
