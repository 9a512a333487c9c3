/**
 * The journal's file: where it is, and how one of a stopped node is looked at, without a lock and
 * without a migration.
 *
 * @module
 */
import type { Directory } from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import { openConnection } from "../journal/sqlite/connection.ts";
import { createDirectory } from "../journal/sqlite/directory.ts";
import { holderName, lockHolder } from "../journal/sqlite/lock.ts";
import { createEventLog } from "../journal/sqlite/read.ts";

/** What can be read of a journal file. */
export interface JournalFile extends EventLog, Directory, Disposable {
  /** What SQLite's own check of the file says: `ok`, or the first fault. */
  quickCheck(): string;
}

/**
 * Opens a journal file for reading.
 *
 * @throws {JournalUnavailable} saying why it cannot be read
 */
export function openJournalFile(path: string): JournalFile {
  const db = openConnection({ path, access: "read" });
  try {
    return {
      ...createEventLog(db),
      ...createDirectory(db),
      quickCheck: () => String(db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"]),
      [Symbol.dispose]: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Which process has a journal file, for people; null when none has. A running node keeps it as long as
 * it lives.
 *
 * @throws {JournalUnavailable} if that cannot be found out
 */
export async function journalHolder(path: string): Promise<string | null> {
  const holder = await lockHolder(path);
  return holder === null ? null : holderName(holder);
}
