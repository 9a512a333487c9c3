/**
 * What a filter means.
 *
 * @module
 */
import type { MemoryFilter, MemoryItem } from "./port.ts";

/** Whether an item meets everything that a filter says. */
export function meetsFilter(item: MemoryItem, filter: MemoryFilter): boolean {
  const { tenant, agent, session, kinds, ids, before } = filter;
  return item.tenant === tenant &&
    (agent === undefined || item.agent === agent) &&
    (session === undefined || item.session === session) &&
    (kinds === undefined || kinds.includes(item.kind)) &&
    (ids === undefined || ids.includes(item.id)) &&
    (before === undefined || item.at < before);
}
