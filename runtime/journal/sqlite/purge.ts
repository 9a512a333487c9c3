/**
 * Deletion of what has had its time, a bounded number of rows in each transaction.
 *
 * A closed actor goes in three steps, however many transactions they take: what is kept under its
 * address; the address itself, so that nobody ever reads half a history and a new actor may have it;
 * then its events.
 *
 * @module
 */
import type { SQLInputValue } from "node:sqlite";
import type { Journal } from "../port.ts";
import type { Connection, Statement } from "./connection.ts";

/** Makes the `purge` of the port. */
export function createPurge(db: Connection): Journal["purge"] {
  const handled = deletion(db, "mailbox", "position", "handled_at < ?");
  // The command of a retried letter lies in the mailbox until it has been handled for long enough.
  const retried = deletion(
    db,
    "dead_letters",
    "position",
    "status = 'retried' AND NOT EXISTS (SELECT 1 FROM mailbox m WHERE m.tenant = dead_letters.tenant " +
      "AND m.type = dead_letters.type AND m.actor = dead_letters.actor AND m.id = dead_letters.id)",
  );
  const outgoing = deletion(db, "outbox", "position", "at < ?");
  const purgeClosed = createClosedPurge(db);
  return (before, limit) =>
    Promise.try(() =>
      db.transaction(() => {
        const budget = new Budget(limit);
        budget.spend(handled, before.handled);
        budget.spend(retried);
        budget.spend(outgoing, before.handled);
        purgeClosed(before.closed, budget);
        return limit - budget.left;
      })
    );
}

function createClosedPurge(db: Connection): (before: number | null, budget: Budget) => void {
  const closed = db.prepare(
    "SELECT key, tenant, type, id FROM actors WHERE status = 'closed' AND updated_at < ? LIMIT ?",
  );
  const atAddress = "tenant = ? AND type = ? AND actor = ?";
  const ofAddress = [
    deletion(db, "mailbox", "position", atAddress),
    deletion(db, "timers", "tenant, type, actor, name", atAddress),
    deletion(db, "approvals", "tenant, id", atAddress),
    deletion(db, "dead_letters", "position", atAddress),
  ];
  // No actor has an empty address: these are rows to delete, and nothing else.
  const takeAddress = db.prepare(
    "UPDATE actors SET tenant = '', type = '', id = key, status = 'purged', owed = 0 WHERE key = ?",
  );
  const nameless = db.prepare("SELECT key FROM actors WHERE tenant = '' AND type = '' LIMIT ?");
  const ofKey = [
    deletion(db, "events", "actor, seq", "actor = ?"),
    deletion(db, "snapshots", "actor", "actor = ?"),
    // Last: if the budget ends before, the rest is found by this row.
    deletion(db, "actors", "key", "key = ?"),
  ];
  return (before, budget) => {
    for (const row of before === null ? [] : closed.all(before, budget.left)) {
      const { key = null, tenant = null, type = null, id = null } = row;
      for (const statement of ofAddress) budget.spend(statement, tenant, type, id);
      if (budget.left > 0) takeAddress.run(key);
    }
    for (const { key = null } of nameless.all(budget.left)) {
      for (const statement of ofKey) budget.spend(statement, key);
    }
  };
}

/** How many rows one transaction may still delete. When it is spent, nothing more is deleted. */
class Budget {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  get left(): number {
    return this.#left;
  }

  spend(statement: Statement, ...values: SQLInputValue[]): void {
    if (this.#left > 0) this.#left -= statement.run(...values, this.#left);
  }
}

/** Deletes rows of a table, at most as many as its last value says. */
function deletion(db: Connection, table: string, key: string, where: string): Statement {
  return db.prepare(
    `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ?)`,
  );
}
