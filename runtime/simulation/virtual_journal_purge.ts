/**
 * Deletion from the virtual journal, a bounded number of rows at a time.
 *
 * @module
 */
import type { Address } from "../../actors/behavior.ts";
import { addressKey } from "../engine/placement.ts";
import { entryKey, sameActor, type Tables } from "./journal_tables.ts";

/** Deletes what has had its time: see `Journal.purge`. Returns how many rows went. */
export function purge(
  tables: Tables,
  before: { readonly handled: number; readonly closed: number | null },
  limit: number,
): number {
  const budget = new Budget(limit);
  budget.spend(
    tables.mailbox,
    ({ mark, handled_at }) => mark !== null && handled_at < before.handled,
  );
  // A retried letter goes with its command.
  budget.spend(
    tables.letters,
    ({ status, address, id }) => status === "retried" && !tables.mailbox.has(entryKey(address, id)),
  );
  budget.spend(tables.outbox, ({ at }) => at < before.handled);
  const { closed } = before;
  if (closed !== null) purgeClosed(tables, closed, budget);
  const gone = Math.min(tables.nameless, Math.max(0, budget.left));
  tables.nameless -= gone;
  budget.left -= gone;
  return limit - budget.left;
}

/** What is kept under the address first, then the address: so nobody reads half a history. */
function purgeClosed(tables: Tables, closed: number, budget: Budget): void {
  for (const actor of [...tables.actors.values()]) {
    const { summary, updated_at, address } = actor.record;
    if (summary.status !== "closed" || updated_at >= closed) continue;
    const own = (row: { readonly address: Address }) => sameActor(row.address, address);
    budget.spend(tables.mailbox, ({ row }) => own(row));
    for (const table of [tables.timers, tables.questions, tables.letters]) {
      budget.spend<string, { readonly address: Address }>(table, own);
    }
    if (budget.left <= 0) return;
    tables.actors.delete(addressKey(address));
    // Its events, its snapshot, and itself.
    tables.nameless += actor.events.length + (actor.snapshot ? 1 : 0) + 1;
  }
}

/** How many rows may still go. */
class Budget {
  constructor(public left: number) {}

  /** Deletes those rows, while there is budget. */
  spend<Key, Row>(table: Map<Key, Row>, goes: (row: Row) => boolean): void {
    for (const [key, row] of table) {
      if (this.left <= 0) return;
      if (!goes(row)) continue;
      table.delete(key);
      this.left -= 1;
    }
  }
}
