/**
 * A journal's file, looked at as a whole.
 *
 * @module
 */
import type { BackupPoint } from "../../backup/manifest.ts";
import type { StoredRows } from "../../backup/verify_store.ts";
import { type Connection, number, openConnection } from "../../journal/sqlite/connection.ts";
import { toAddress, toEvent } from "../../journal/sqlite/row.ts";
import {
  APPLIED_SCHEMA,
  MAILBOX_COUNTS,
  PARTITION_COUNTS,
  toPoint,
  toStoredActor,
} from "./point.ts";

/**
 * Lends a connection that reads.
 *
 * @throws {JournalUnavailable} if the file cannot be read
 */
export async function withJournalFile<Result>(
  path: string,
  work: (db: Connection) => Result | Promise<Result>,
): Promise<Result> {
  const db = openConnection({ path, access: "read" });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/** What a journal holds. @param taken_at a time before its last change */
export function sqlitePoint(db: Connection, taken_at: number): BackupPoint {
  return toPoint(
    taken_at,
    db.prepare(PARTITION_COUNTS).all(),
    db.prepare(MAILBOX_COUNTS).get() ?? {},
  );
}

/** The newest migration that a journal has. */
export function sqliteSchema(db: Connection): number {
  return number(db.prepare(APPLIED_SCHEMA).get() ?? {}, "schema");
}

/** A journal's rows, for verification. */
export function sqliteRows(db: Connection): StoredRows {
  const actors = db.prepare(
    "SELECT key, tenant, type, id, seq, hash FROM actors WHERE key > ? ORDER BY key LIMIT ?",
  );
  const events = db.prepare(
    "SELECT actor, seq, type, v, payload, cause, at, hash FROM events " +
      "WHERE (actor, seq) > (?, ?) AND actor <= ? ORDER BY actor, seq LIMIT ?",
  );
  return {
    actors: (after, limit) =>
      Promise.try(() =>
        actors.all(after, limit).map((row) => toStoredActor(row, toAddress(row, "id")))
      ),
    events: (after, last, limit) =>
      Promise.try(() =>
        events.all(after.key, after.seq, last, limit)
          .map((row) => ({ key: number(row, "actor"), event: toEvent(row) }))
      ),
  };
}
