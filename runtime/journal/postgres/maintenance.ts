/**
 * Health, figures, and deletion of what has had its time.
 *
 * @module
 */
import { BACKUP_SETTING } from "../backup_note.ts";
import { MIGRATIONS } from "../migrations/postgres/mod.ts";
import { type Journal, JournalUnavailable } from "../port.ts";
import type { Connection } from "./connection.ts";
import { number } from "./row.ts";

const FIGURES = "SELECT waiting.*, " +
  "(SELECT count(*) FROM approvals WHERE status = 'pending') AS questions, " +
  "(SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead, " +
  `(SELECT value::bigint FROM settings WHERE name = '${BACKUP_SETTING}') AS backup ` +
  "FROM (SELECT count(*) AS mailbox, greatest(0, now_ms() - min(accepted_at)) AS waits " +
  "FROM mailbox WHERE handled_at IS NULL) AS waiting";

/** Where they run: the check beside the leases, the rest behind nothing that hurries. */
export interface MaintenanceConnections {
  readonly check: Connection;
  readonly work: Connection;
}

/** Makes the maintenance side of the port. */
export function createMaintenance(
  { check, work }: MaintenanceConnections,
): Pick<Journal, "check" | "figures" | "purge"> {
  return {
    async check() {
      const [row] = await check.query("SELECT write_probe() AS schema");
      const schema = row ? number(row, "schema") : 0;
      // A newer one is that of nodes already upgraded; at the start, it would be refused.
      if (schema >= MIGRATIONS.length) return;
      const message = `Journal has schema ${schema}, wanted ${MIGRATIONS.length}: was it restored?`;
      throw new JournalUnavailable(message, { rolled_back: true });
    },
    async figures() {
      const [row = {}] = await work.query(FIGURES);
      return {
        mailbox_depth: number(row, "mailbox"),
        mailbox_waits_ms: number(row, "waits"),
        questions_pending: number(row, "questions"),
        dead_letters: number(row, "dead"),
        backup_taken_at: row.backup === null ? null : number(row, "backup"),
      };
    },
    async purge({ handled, closed }, limit) {
      const statement = "SELECT purge_rows($1, $2, $3) AS deleted";
      const [row = {}] = await work.query(statement, [handled, closed, limit]);
      return number(row, "deleted");
    },
  };
}
