/**
 * Tells the nodes of a finished backup, through the store that it is of: they export its time.
 *
 * @module
 */
import type { Config } from "../../config.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import { BACKUP_SETTING } from "../../journal/backup_note.ts";

/**
 * Notes a backup in its store. One that is older than the one noted changes nothing.
 *
 * @param taken_at its stated point, in milliseconds since the epoch
 * @returns null, or why the store does not take it: whoever may only read it can make a backup
 */
export async function noteBackup(
  journal: Config["journal"],
  taken_at: number,
): Promise<string | null> {
  try {
    await (journal.kind === "sqlite"
      ? noteInFile(journal.path, taken_at)
      : noteInDatabase(journal.url, taken_at));
    return null;
  } catch (error) {
    if (!(error instanceof SynapseError)) throw error;
    return errorMessage(error);
  }
}

async function noteInFile(path: string, taken_at: number): Promise<void> {
  const { openConnection } = await import("../../journal/sqlite/connection.ts");
  // The loss of this row is no loss: the next backup brings it.
  const db = openConnection({ path, synchronous: "normal" });
  try {
    db.prepare(
      "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE " +
        "SET value = excluded.value WHERE CAST(value AS INTEGER) < CAST(excluded.value AS INTEGER)",
    ).run(BACKUP_SETTING, String(taken_at));
  } finally {
    db.close();
  }
}

async function noteInDatabase(url: string, taken_at: number): Promise<void> {
  const { inTransaction } = await import("./postgres_store.ts");
  await inTransaction(url, (db) =>
    db.query(
      "INSERT INTO settings AS s (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE " +
        "SET value = excluded.value WHERE s.value::bigint < excluded.value::bigint",
      [BACKUP_SETTING, String(taken_at)],
    ));
}
