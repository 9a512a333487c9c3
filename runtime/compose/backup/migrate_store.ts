/**
 * Moves a journal from a file to a database, so that many nodes can share it.
 *
 * All of it is one transaction: a move that does not end leaves the database as it was, and is simply
 * begun again. The file is only read, under its lock, so that no node works on it meanwhile.
 *
 * @module
 */
import { samePoint } from "../../backup/manifest.ts";
import { type VerifiedStore, verifyStore } from "../../backup/verify_store.ts";
import type { Clock } from "../../clock.ts";
import { SynapseError } from "../../errors.ts";
import { arrayLiteral, type Element } from "../../journal/postgres/array_literal.ts";
import type { Connection as Database } from "../../journal/postgres/connection.ts";
import { applyMigrations } from "../../journal/postgres/migrations.ts";
import { number } from "../../journal/postgres/row.ts";
import { type Connection as File, type Row, text } from "../../journal/sqlite/connection.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import {
  COPIED_TABLES,
  type CopiedTable,
  readStatement,
  toElement,
  writeStatement,
} from "./copied_tables.ts";
import { inTransaction, postgresPoint, postgresRows } from "./postgres_store.ts";
import { sqlitePoint, withJournalFile } from "./sqlite_store.ts";

/** Rows written at a time. */
const ROWS = 1000;

/** Characters after which fewer rows are written at a time. */
const CHARS = 4 * 2 ** 20;

/** Counters of the database, and the table and column of the file that say how far they are. */
const SEQUENCES = [
  { sequence: "'actors_key'", table: "actors", column: "key" },
  { sequence: "'mailbox_position'", table: "mailbox", column: "position" },
  { sequence: "'outbox_position'", table: "outbox", column: "position" },
  {
    sequence: "pg_get_serial_sequence('approvals', 'position')",
    table: "approvals",
    column: "position",
  },
  {
    sequence: "pg_get_serial_sequence('dead_letters', 'position')",
    table: "dead_letters",
    column: "position",
  },
] as const;

/** A move. */
export interface MigrateStoreOptions {
  /** The journal's file. No node has it open. */
  readonly from: string;
  /** The database's address. */
  readonly url: string;
  readonly clock: Clock;
  /** Told after each table. */
  readonly onTable?: (name: string, rows: number) => void;
}

/** What was moved. */
export interface MigratedStore {
  readonly partitions: number;
  /** Rows, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly verified: VerifiedStore;
}

/**
 * Copies all tables, counts both sides, and verifies every history in the database.
 *
 * @throws {SynapseError} `journal_in_use` while a node has the file, `store_not_empty` unless the
 *   database is new, `journal_corrupt` if a history is not sound, `journal_too_new`
 * @throws {JournalUnavailable}
 */
export async function migrateStore(options: MigrateStoreOptions): Promise<MigratedStore> {
  const { from, url, clock } = options;
  // For its lock, and its migrations: an older file is brought up to date first.
  const journal = await openSqliteJournal({
    path: from,
    synchronous: "full",
    partitions: 1,
    clock,
  });
  try {
    const partitions = journal.partition_count;
    return await withJournalFile(
      from,
      (file) =>
        inTransaction(url, async (db) => {
          await requireNew(db, partitions);
          const rows: Record<string, number> = {};
          for (const table of COPIED_TABLES) {
            rows[table.name] = await copyTable(file, db, table);
            options.onTable?.(table.name, rows[table.name] ?? 0);
          }
          await copySettings(file, db);
          for (const counter of SEQUENCES) await advance(file, db, counter);
          await requireSame(file, db, rows);
          return { partitions, rows, verified: await verifyStore(postgresRows(db)) };
        }),
    );
  } finally {
    await journal.close();
  }
}

/** Makes the tables if need be. Until the end nobody else writes to them. */
async function requireNew(db: Database, partitions: number): Promise<void> {
  const { partition_count } = await applyMigrations(db, partitions);
  const names = COPIED_TABLES.map(({ name }) => name);
  await db.query(`LOCK TABLE ${[...names, "settings", "partitions"].join(", ")} IN EXCLUSIVE MODE`);
  for (const name of names) {
    const [row = {}] = await db.query(`SELECT EXISTS (SELECT FROM ${name}) AS used`);
    if (row.used === true) {
      const message = `Database has rows in ${name} already: move into one that no node has used`;
      throw new SynapseError("store_not_empty", message, { data: { table: name } });
    }
  }
  if (partition_count === partitions) return;
  const message =
    `Database was made with ${partition_count} partitions, the file has ${partitions}: ` +
    "move into a new database";
  throw new SynapseError("store_not_empty", message, {
    data: { found: partition_count, wanted: partitions },
  });
}

async function copyTable(file: File, db: Database, table: CopiedTable): Promise<number> {
  const write = writeStatement(table);
  let [rows, chars] = [0, 0];
  let batch: Element[][] = table.columns.map(() => []);
  const flush = async () => {
    if (batch[0]?.length) await db.query(write, batch.map(arrayLiteral));
    batch = table.columns.map(() => []);
    chars = 0;
  };
  for (const row of file.prepare(readStatement(table)).iterate()) {
    chars += addRow(batch, row, table);
    rows += 1;
    if ((batch[0]?.length ?? 0) >= ROWS || chars >= CHARS) await flush();
  }
  await flush();
  return rows;
}

/** @returns how many characters it has, about */
function addRow(batch: readonly Element[][], row: Row, { columns }: CopiedTable): number {
  let chars = 0;
  for (const [i, [name, type]] of columns.entries()) {
    const element = toElement(row[name], type);
    if (typeof element === "string") chars += element.length;
    batch[i]?.push(element);
  }
  return chars;
}

/** The journal stays the same one, and its epochs go on from where they were. */
async function copySettings(file: File, db: Database): Promise<void> {
  for (const row of file.prepare("SELECT name, value FROM settings").all()) {
    await db.query(
      "INSERT INTO settings (name, value) VALUES ($1, $2) " +
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      [text(row, "name"), text(row, "value")],
    );
  }
  const epochs = file.prepare("SELECT id, epoch FROM partitions").all();
  await db.query(
    "UPDATE partitions p SET owner = NULL, lease_until = NULL, epoch = greatest(p.epoch, s.epoch) " +
      "FROM unnest($1::bigint[], $2::bigint[]) AS s (id, epoch) WHERE p.id = s.id",
    [
      arrayLiteral(epochs.map(({ id }) => Number(id))),
      arrayLiteral(epochs.map(({ epoch }) => Number(epoch))),
    ],
  );
}

/** What was counted once is not counted again, also where its row is gone. */
async function advance(
  file: File,
  db: Database,
  { sequence, table, column }: typeof SEQUENCES[number],
): Promise<void> {
  const highest = file.prepare(
    `SELECT max(coalesce((SELECT max(${column}) FROM ${table}), 0), ` +
      `coalesce((SELECT seq FROM sqlite_sequence WHERE name = '${table}'), 0)) AS value`,
  ).get();
  const value = Number(highest?.["value"]);
  await db.query(`SELECT setval(${sequence}, $1, $2)`, [Math.max(value, 1), value > 0]);
}

async function requireSame(
  file: File,
  db: Database,
  rows: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, wanted] of Object.entries(rows)) {
    const [row = {}] = await db.query(`SELECT count(*) AS count FROM ${name}`);
    if (number(row, "count") === wanted) continue;
    const message = `Database has ${row.count} rows in ${name}, ${wanted} were copied`;
    throw new SynapseError("internal", message);
  }
  if (samePoint(sqlitePoint(file, 0), await postgresPoint(db, 0))) return;
  throw new SynapseError("internal", "Database and file do not hold the same actors and events");
}
