/**
 * The journal's schema of a database, into what pg_dump writes and out of it.
 *
 * @module
 */
import type { Bytes } from "../../backup/encryption.ts";
import type { BackupPoint } from "../../backup/manifest.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import type { Connection } from "../../journal/postgres/connection.ts";
import { runClientProgram, type Variables } from "./client_programs.ts";
import { inTransaction, postgresPoint, postgresSchema } from "./postgres_store.ts";

/** What was written. */
export interface Dump {
  readonly db_schema: string;
  /** The newest migration in it. */
  readonly schema: number;
  readonly point: BackupPoint;
}

/**
 * Dumps the schema that the address leads to, as one snapshot sees it; what it holds is read in the
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
    const schema = await postgresSchema(db);
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
    return { db_schema, schema, point };
  });
}

/** How a dump is restored. */
export interface RestoreDatabaseOptions<Result> {
  /** Opens it. */
  readonly read: () => Promise<Bytes>;
  /** Where it was; it goes there again. */
  readonly db_schema: string | null;
  /** What pg_restore sees, PATH included. */
  readonly env: Variables;
  /** Looks at what was restored, and rejects what is not sound. */
  readonly verify: (db: Connection) => Promise<Result>;
}

/**
 * Restores what {@link dumpDatabase} wrote in one transaction: if its bytes end early, nothing stays.
 * It is verified after that transaction, which is pg_restore's own; what fails is dropped again.
 *
 * @throws {SynapseError} `store_not_empty` if there is anything in the schema, `backup_invalid` if the
 *   address leads to another one, `backup_failed` if pg_restore is missing or fails, or if what it
 *   restored is not sound and cannot be dropped
 * @throws {JournalUnavailable}
 * @throws whatever `verify` throws, and then nothing stays
 */
export async function restoreDatabase<Result>(
  url: string,
  { read, db_schema, env, verify }: RestoreDatabaseOptions<Result>,
): Promise<Result> {
  const before = await inTransaction(url, async (db) => {
    await requireEmptySchema(db, db_schema);
    return await objectsIn(db);
  });
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
  try {
    return await inTransaction(url, verify);
  } catch (cause) {
    await inTransaction(url, (db) => dropAllBut(before, db)).catch((error) => {
      const message = `${errorMessage(cause)}; and what was restored is there still ` +
        `(${errorMessage(error)}): drop it, nothing may work on it`;
      throw new SynapseError("backup_failed", message, { cause });
    });
    throw cause;
  }
}

/** What is in the schema, as DROP wants it named. Tables come first, as their counters go with them. */
async function objectsIn(db: Connection): Promise<readonly string[]> {
  const rows = await db.query(
    "SELECT o.type || ' IF EXISTS ' || o.identity AS object FROM pg_depend d, " +
      "pg_identify_object(d.classid, d.objid, d.objsubid) o WHERE d.deptype = 'n' " +
      "AND d.refclassid = 'pg_namespace'::regclass " +
      "AND d.refobjid = to_regnamespace(quote_ident(current_schema())) " +
      "ORDER BY o.type <> 'table', 1",
  );
  return rows.map(({ object }) => String(object));
}

async function dropAllBut(before: readonly string[], db: Connection): Promise<void> {
  const kept = new Set(before);
  for (const object of await objectsIn(db)) {
    if (!kept.has(object)) await db.query(`DROP ${object} CASCADE`);
  }
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
