/**
 * A copy of an SQLite file that others may be writing.
 *
 * @module
 */
import { backup, DatabaseSync } from "node:sqlite";

/** `SQLITE_BUSY` (sqlite.org/rescode.html). */
const BUSY = 5;

/**
 * Copies a file as one read transaction sees it; commits go on beside it. The copy has no companions
 * (`-wal`, `-shm`): it is all in its file.
 *
 * @param wait_ms how long to wait for a lock that is held for moments only, in milliseconds
 * @returns false, and no copy, if a process has the file for itself
 * @throws SQLite's own error if the file cannot be read, or the copy not be written
 */
export async function copySqlite(from: string, to: string, wait_ms: number): Promise<boolean> {
  try {
    using source = new DatabaseSync(from, { readOnly: true });
    // The constructor takes 0 for its default.
    source.exec(`PRAGMA busy_timeout = ${wait_ms}`);
    // Fails if the file is locked, which the backup itself would wait for without end; and nobody can
    // lock it from here on.
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    // All pages in one step: between two, another process's commit would make it begin again.
    await backup(source, to, { rate: -1 });
  } catch (error) {
    if (!isBusy(error)) throw error;
    return false;
  }
  using copy = new DatabaseSync(to);
  copy.exec("PRAGMA journal_mode = DELETE");
  return true;
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("errcode" in error && typeof error.errcode === "number") {
    return (error.errcode & 0xff) === BUSY;
  }
  return error.message.startsWith("database is locked");
}
