/**
 * Which partition an actor lives in.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";

/** FNV-1a, 32 bits (Fowler, Noll, Vo): spreads short keys well and costs nothing. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The partition of an actor, from 0 to `count - 1`. The same for ever: journals depend on it. */
export function partitionOf({ tenant, type, id }: Address, count: number): number {
  let hash = FNV_OFFSET;
  for (const char of new TextEncoder().encode(`${tenant}/${type}/${id}`)) {
    hash = Math.imul(hash ^ char, FNV_PRIME);
  }
  return (hash >>> 0) % count;
}

/** An actor's address as one string: unique, and a good map key. */
export function addressKey({ tenant, type, id }: Address): string {
  return `${tenant}/${type}/${id}`;
}
