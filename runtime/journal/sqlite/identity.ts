/**
 * Which journal this is.
 *
 * @module
 */
import { type Connection, text } from "./connection.ts";

/** The id of {@link Journal.id}: made when it is asked for the first time, and kept for ever after. */
export function journalId(db: Connection): string {
  return db.transaction(() => {
    const read = db.prepare("SELECT value FROM settings WHERE name = 'journal_id'");
    const stored = read.get();
    if (stored) return text(stored, "value");
    db.exec(
      "INSERT INTO settings (name, value) VALUES ('journal_id', 'jrn_' || lower(hex(randomblob(8))))",
    );
    return text(read.get() ?? {}, "value");
  });
}
