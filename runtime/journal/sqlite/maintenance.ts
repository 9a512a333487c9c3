/**
 * Health, figures, and deletion of what has had its time.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { BACKUP_SETTING } from "../backup_note.ts";
import type { Journal } from "../port.ts";
import { type Connection, number, numberOrNull } from "./connection.ts";
import { createPurge } from "./purge.ts";

/** Room that there must be for the journal to count as writable. */
const PROBE_BYTES = 65_536;

/** Makes the maintenance side of the port. */
export function createMaintenance(
  db: Connection,
  clock: Clock,
): Pick<Journal, "check" | "figures" | "purge"> {
  const figures = db.prepare(
    "SELECT waiting.*, " +
      "(SELECT count(*) FROM approvals WHERE status = 'pending') AS questions, " +
      "(SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead, " +
      `(SELECT CAST(value AS INTEGER) FROM settings WHERE name = '${BACKUP_SETTING}') AS backup ` +
      "FROM (SELECT count(*) AS mailbox, min(accepted_at) AS first FROM mailbox " +
      "WHERE handled_at IS NULL) AS waiting",
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
        const now = clock.now();
        return {
          mailbox_depth: number(row, "mailbox"),
          mailbox_waits_ms: Math.max(0, now - (numberOrNull(row, "first") ?? now)),
          questions_pending: number(row, "questions"),
          dead_letters: number(row, "dead"),
          backup_taken_at: numberOrNull(row, "backup"),
        };
      }),
    purge: createPurge(db),
  };
}
