/**
 * The journal's schema of a database, into what pg_dump writes and out of it.
 *
 * @module
 */
import type { Bytes } from "../../backup/encryption.ts";
import type { BackupPoint } from "../../backup/manifest.ts";
import { SynapseError } from "../../errors.ts";
import type { Connection } from "../../journal/postgres/connection.ts";
import { runClientProgram, type Variables } from "./client_programs.ts";
import { inTransaction, postgresPoint } from "./postgres_store.ts";

/** What was written. */
export interface Dump {
  readonly db_schema: string;
  readonly point: BackupPoint;
}

/**
 * Dumps the schema that the address leads to, as one snapshot sees it; what it holds is counted in the
 * same snapshot. Nodes go on.
 *
 * @param keep takes what pg_dump writes
 * @throws {SynapseError} `backup_failed` if pg_dump is missing or fails
 * @throws {JournalUnavailable}
 */
export async function dumpDatabase(
  url: string,
  { keep, env }: { readonly keep: (bytes: Bytes) => Promise<void>; readonly env: Variables },
): Promise<Dump> {
  return await inTransaction(url, async (db) => {
    await db.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // The transaction's beginning is before its snapshot.
    const [row = {}] = await db.query(
      "SELECT pg_export_snapshot() AS snapshot, current_schema() AS schema, " +
        "floor(extract(epoch FROM transaction_timestamp()) * 1000) AS taken_at",
    );
    const db_schema = String(row.schema);
    const point = await postgresPoint(db, Number(row.taken_at));
    const args = [
      "--format=custom",
      "--no-owner",
      "--no-privileges",
      `--snapshot=${row.snapshot}`,
      // A pattern, unless it is quoted.
      `--schema="${db_schema.replaceAll('"', '""')}"`,
    ];
    await runClientProgram("pg_dump", { args, url, env, output: keep });
    return { db_schema, point };
  });
}

/**
 * Restores what {@link dumpDatabase} wrote in one transaction: if its bytes end early, nothing stays.
 *
 * @param read opens it
 * @param db_schema where it was; it goes there again
 * @throws {SynapseError} `store_not_empty` if there is anything in the schema, `backup_invalid` if the
 *   address leads to another one, `backup_failed` if pg_restore is missing or fails
 * @throws {JournalUnavailable}
 */
export async function restoreDatabase(
  url: string,
  { read, db_schema, env }: {
    readonly read: () => Promise<Bytes>;
    readonly db_schema: string | null;
    readonly env: Variables;
  },
): Promise<void> {
  await inTransaction(url, (db) => requireEmptySchema(db, db_schema));
  const args = [
    "--single-transaction",
    "--exit-on-error",
    "--no-owner",
    "--no-privileges",
    `--schema=${db_schema}`,
    // An empty name is that of the variables, and says that it is not to write a script.
    "--dbname=",
  ];
  await runClientProgram("pg_restore", { args, url, env, input: await read() });
}

async function requireEmptySchema(db: Connection, wanted: string | null): Promise<void> {
  const [row = {}] = await db.query(
    "SELECT current_schema() AS schema, current_database() AS database, (SELECT count(*) FROM pg_class " +
      "WHERE relnamespace = current_schema()::regnamespace) AS relations",
  );
  if (row.schema !== wanted) {
    const message = `Backup is of the schema ${wanted}, the address leads to ${row.schema}: ` +
      `make the schema ${wanted} and name it first in search_path`;
    throw new SynapseError("backup_invalid", message, { data: { wanted, found: row.schema } });
  }
  if (Number(row.relations) > 0) {
    const message = `Schema ${row.schema} of database ${row.database} is not empty: ` +
      "restore into a new database";
    throw new SynapseError("store_not_empty", message);
  }
}
