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

/**
 * The node that a partition belongs to, or null when there is none. Rendezvous hashing (Thaler and
 * Ravishankar, 1998): every node computes the same without asking, and when one comes or goes only the
 * partitions that it gets or had change hands.
 */
export function ownerOf(partition: number, nodes: readonly string[]): string | null {
  let best: string | null = null;
  let most = -1;
  for (const node of nodes) {
    const weight = mix(fnv1a(`${node}/${partition}`));
    if (weight > most || (weight === most && node > (best ?? ""))) [best, most] = [node, weight];
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
  nodes: readonly string[],
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
