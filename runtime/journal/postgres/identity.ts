/**
 * Which journal this is.
 *
 * @module
 */
import type { Connection } from "./connection.ts";
import { text } from "./row.ts";

/**
 * The id of {@link Journal.id}: made when it is asked for the first time, and kept for ever after.
 * Within a transaction that holds the migrations' lock.
 */
export async function journalId(db: Connection): Promise<string> {
  const read = () => db.query("SELECT value FROM settings WHERE name = 'journal_id'");
  const [stored] = await read();
  if (stored) return text(stored, "value");
  await db.query(
    "INSERT INTO settings (name, value) " +
      "VALUES ('journal_id', 'jrn_' || left(replace(gen_random_uuid()::text, '-', ''), 16))",
  );
  const [made = {}] = await read();
  return text(made, "value");
}
