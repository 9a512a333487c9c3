/**
 * Health, figures, and deletion of what has had its time.
 *
 * @module
 */
import type { Journal } from "../port.ts";
import { type Connection, number } from "./connection.ts";
import { createPurge } from "./purge.ts";

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
    purge: createPurge(db),
  };
}
