/**
 * Work in pieces, between which others have their turn.
 *
 * @module
 */
import type { MemoryItem } from "../port.ts";

/** Items of one transaction: about 20 milliseconds, during which nobody else has their turn. */
export const CHUNK_ITEMS = 64;

/** Items of one tenant, with their places in the list that they come from. */
export interface TenantItems {
  readonly tenant: string;
  readonly items: readonly MemoryItem[];
  readonly places: readonly number[];
}

/** Items by tenant, each tenant's in their order. */
export function byTenant(items: readonly MemoryItem[]): TenantItems[] {
  const groups = Map.groupBy(items.entries(), ([, { tenant }]) => tenant);
  return [...groups].map(([tenant, entries]) => ({
    tenant,
    items: entries.map(([, item]) => item),
    places: entries.map(([place]) => place),
  }));
}
