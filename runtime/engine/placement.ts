/**
 * Which partition an actor lives in, and which node a partition belongs to.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";

/** FNV-1a, 32 bits (Fowler, Noll, Vo): spreads short keys well and costs nothing. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The partition of an actor, from 0 to `count - 1`. The same for ever: journals depend on it. */
export function partitionOf(address: Address, count: number): number {
  return fnv1a(addressKey(address)) % count;
}

/** An actor's address as one string: unique, and a good map key. */
export function addressKey({ tenant, type, id }: Address): string {
  return `${tenant}/${type}/${id}`;
}

/** A node among which partitions are divided. */
export interface Taker {
  readonly id: string;
  /** Its share, in proportion to the others' weights; 0: it takes none. */
  readonly weight: number;
}

/**
 * The node that a partition belongs to, or null when none takes any. Rendezvous hashing (Thaler and
 * Ravishankar, 1998), weighted by the logarithmic method (Schindelhauer and Schomaker, "Weighted
 * Distributed Hash Tables", 2005): with h evenly spread over (0, 1), `weight / -ln(h)` is the largest
 * for a node as often as its weight is of the sum of all. Every node computes the same without asking.
 * When one comes, goes or changes its weight, only the partitions that it gets or had change hands.
 *
 * Where all weights are equal the largest h decides, as it did before there were weights. That holds in
 * floating point too: two hashes that differ give logarithms at least 2^-32 apart, of at most 23.
 */
export function ownerOf(partition: number, nodes: readonly Taker[]): string | null {
  let best: string | null = null;
  let most = 0;
  for (const { id, weight } of nodes) {
    if (weight === 0) continue;
    const hash = mix(fnv1a(`${id}/${partition}`));
    const score = weight / -Math.log((hash + 0.5) / 2 ** 32);
    if (best === null || score > most || (score === most && id > best)) [best, most] = [id, score];
  }
  return best;
}

/** What one node has to do so that each partition comes to be where it belongs. */
export interface Plan {
  /** Belong to it, and it does not hold them. */
  readonly take: readonly number[];
  /** It holds them, and they belong to another or to nobody. */
  readonly give: readonly number[];
}

/**
 * The plan of one node.
 *
 * @param nodes all that take partitions
 */
export function plan(
  self: string,
  nodes: readonly Taker[],
  held: ReadonlySet<number>,
  count: number,
): Plan {
  const take: number[] = [];
  const give: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const mine = ownerOf(partition, nodes) === self;
    if (mine && !held.has(partition)) take.push(partition);
    if (!mine && held.has(partition)) give.push(partition);
  }
  return { take, give };
}

const utf8 = new TextEncoder();

function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const char of utf8.encode(text)) hash = Math.imul(hash ^ char, FNV_PRIME);
  return hash >>> 0;
}

/** MurmurHash3's finalizer (Appleby): FNV's high bits alone hardly depend on the last characters. */
function mix(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
