/**
 * Commands put aside, and how they come back.
 *
 * @module
 */
import type { DeadLetterStore } from "../directory_port.ts";
import type { Connection } from "./connection.ts";
import { position, toPage } from "../records.ts";
import { toDeadLetter } from "./row.ts";
import { storedText } from "../../stored_text.ts";

const COLUMNS =
  "id, tenant, position, type, actor, partition, command_id, command, sender, error, " +
  "attempts, at, status";

const LIST = `SELECT ${COLUMNS} FROM dead_letters WHERE tenant = $1 AND position > $2 ` +
  "ORDER BY position LIMIT $3";

/**
 * Of several at once, one finds the letter open; it moves the command, under the letter's own id: the
 * command's id is marked as handled. The others only see the letter.
 */
const RETRY = "WITH moved AS (UPDATE dead_letters SET status = 'retried' " +
  `WHERE tenant = $1 AND id = $2 AND status = 'open' RETURNING ${COLUMNS}), ` +
  "put AS (INSERT INTO mailbox (position, tenant, type, actor, id, partition, command, digest, sender, " +
  "accepted_at, attempts) SELECT nextval('mailbox_position'), tenant, type, actor, id, partition, command, " +
  "'', sender, now_ms(), 0 FROM moved ON CONFLICT DO NOTHING) " +
  `SELECT ${COLUMNS} FROM moved UNION ALL SELECT ${COLUMNS} FROM dead_letters ` +
  "WHERE tenant = $1 AND id = $2 AND NOT EXISTS (SELECT FROM moved)";

/** Makes the dead letter side of the port. */
export function createDeadLetterStore(db: Connection): DeadLetterStore {
  return {
    async deadLetters(tenant, page) {
      const values = [storedText(tenant), position(page.cursor), page.limit + 1];
      return toPage(await db.query(LIST, values), page, "position", toDeadLetter);
    },
    async retryDeadLetter(tenant, id) {
      const [row] = await db.query(RETRY, [storedText(tenant), storedText(id)]);
      return row ? { ...toDeadLetter(row), status: "retried" } : null;
    },
  };
}
