/**
 * A journal in Postgres, looked at as a whole, over one connection without a deadline.
 *
 * @module
 */
import type { BackupPoint } from "../../backup/manifest.ts";
import type { StoredRows } from "../../backup/verify_store.ts";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { type Connection, Connections } from "../../journal/postgres/connection.ts";
import { number, toAddress, toEvent } from "../../journal/postgres/row.ts";
import {
  APPLIED_SCHEMA,
  MAILBOX_COUNTS,
  PARTITION_COUNTS,
  toPoint,
  toStoredActor,
} from "./point.ts";

/**
 * Runs statements in one transaction that may take as long as it takes; if `work` rejects, nothing
 * of it stays.
 *
 * @throws {JournalUnavailable} if the database cannot be used
 */
export async function inTransaction<Result>(
  url: string,
  work: (db: Connection) => Promise<Result>,
): Promise<Result> {
  await using connections = new Connections({
    url,
    clock: systemClock,
    entropy: systemEntropy,
    connections: 1,
    statement_timeout_ms: 0,
  });
  return await connections.transaction(async (db) => {
    await db.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    return await work(db);
  });
}

/** What a journal holds. @param taken_at a time before its last change that is seen */
export async function postgresPoint(db: Connection, taken_at: number): Promise<BackupPoint> {
  // These read whole tables, which the settings of a node's connections avoid.
  await db.query("SET LOCAL enable_seqscan = on");
  await db.query("SET LOCAL enable_sort = on");
  const partitions = await db.query(PARTITION_COUNTS);
  const [mailbox = {}] = await db.query(MAILBOX_COUNTS);
  await db.query("SET LOCAL enable_seqscan = off");
  await db.query("SET LOCAL enable_sort = off");
  return toPoint(taken_at, partitions, mailbox);
}

/** The newest migration that a journal has. */
export async function postgresSchema(db: Connection): Promise<number> {
  const [row = {}] = await db.query(APPLIED_SCHEMA);
  return number(row, "schema");
}

/** A journal's rows, for verification. */
export function postgresRows(db: Connection): StoredRows {
  return {
    async actors(after, limit) {
      const rows = await db.query(
        "SELECT key, tenant, type, id, seq, encode(hash, 'hex') AS hash FROM actors " +
          "WHERE key > $1 ORDER BY key LIMIT $2",
        [after, limit],
      );
      return rows.map((row) => toStoredActor(row, toAddress(row, "id")));
    },
    async events(after, last, limit) {
      const rows = await db.query(
        "SELECT actor, seq, type, v, payload, cause, at, encode(hash, 'hex') AS hash FROM events " +
          "WHERE (actor, seq) > ($1, $2) AND actor <= $3 ORDER BY actor, seq LIMIT $4",
        [after.key, after.seq, last, limit],
      );
      return rows.map((row) => ({ key: number(row, "actor"), event: toEvent(row) }));
    },
  };
}
