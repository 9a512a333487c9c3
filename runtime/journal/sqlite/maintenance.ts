/**
 * Health, figures, and deletion of what has had its time.
 *
 * @module
 */
import type { Journal } from "../port.ts";
import { type Connection, number } from "./connection.ts";

/** Room that there must be for the journal to count as writable. */
const PROBE_BYTES = 65_536;

/** Makes the maintenance side of the port. */
export function createMaintenance(db: Connection): Pick<Journal, "check" | "figures" | "purge"> {
  const figures = db.prepare(
    "SELECT (SELECT count(*) FROM mailbox WHERE handled_at IS NULL) AS mailbox, " +
      "(SELECT count(*) FROM approvals WHERE status = 'pending') AS questions, " +
      "(SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead",
  );
  // A row as large as a commit, in a transaction of its own: a full disk still takes a small change.
  const probe = db.prepare(
    `INSERT OR REPLACE INTO settings (name, value) VALUES ('probe', '${"-".repeat(PROBE_BYTES)}')`,
  );
  const removeProbe = db.prepare("DELETE FROM settings WHERE name = 'probe'");
  const purgeHandled = db.prepare(
    "DELETE FROM mailbox WHERE position IN (SELECT position FROM mailbox WHERE handled_at < ? LIMIT ?)",
  );
  const closed = db.prepare(
    "SELECT key, tenant, type, id FROM actors WHERE status = 'closed' AND updated_at < ? LIMIT ?",
  );
  const ofActor = ["events", "snapshots"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE actor = ?`)
  );
  const ofAddress = ["mailbox", "timers", "approvals", "dead_letters"].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE tenant = ? AND type = ? AND actor = ?`)
  );
  const deleteActor = db.prepare("DELETE FROM actors WHERE key = ?");

  function purgeClosed(before: number, limit: number): number {
    const rows = closed.all(before, limit);
    for (const row of rows) {
      const { key = null, tenant = null, type = null, id = null } = row;
      for (const statement of ofActor) statement.run(key);
      for (const statement of ofAddress) statement.run(tenant, type, id);
      deleteActor.run(key);
    }
    return rows.length;
  }

  return {
    check: () =>
      Promise.try(() => {
        probe.run();
        removeProbe.run();
      }),
    figures: () =>
      Promise.try(() => {
        const row = figures.get() ?? {};
        return {
          mailbox_depth: number(row, "mailbox"),
          questions_pending: number(row, "questions"),
          dead_letters: number(row, "dead"),
        };
      }),
    purge: (before, limit) =>
      Promise.try(() =>
        db.transaction(() => {
          const handled = purgeHandled.run(before.handled, limit);
          return handled + (before.closed === null ? 0 : purgeClosed(before.closed, limit));
        })
      ),
  };
}
