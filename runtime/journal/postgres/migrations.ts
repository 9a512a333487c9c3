/**
 * Brings the database's schema up to date, one starter at a time.
 *
 * @module
 */
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations/postgres/mod.ts";
import { JournalUnavailable } from "../port.ts";
import type { Connection, Value } from "./connection.ts";
import { journalId } from "./identity.ts";
import { number, type Row } from "./row.ts";

/** What the database is, once it is up to date. */
export interface Schema {
  /** See {@link Journal.id}. */
  readonly id: string;
  /** Fixed when the database was made. */
  readonly partition_count: number;
  /** The channel on which releases are told: of this schema, and no other of the same database. */
  readonly channel: string;
}

/** Any number, the same in all versions: whoever migrates holds the lock of that number. */
const MIGRATION_LOCK = 7_310_291;

/**
 * Applies the steps that are missing, within a transaction of the caller's.
 *
 * @param wanted_count how many partitions a new database gets; an existing one keeps its own
 * @throws {SynapseError} `journal_too_new`
 * @throws {JournalUnavailable} if the database is not fit for a journal
 */
export async function applyMigrations(db: Connection, wanted_count: number): Promise<Schema> {
  await db.query("SET LOCAL statement_timeout = 0");
  await requireFitness(db);
  await db.query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext(current_schema()))`);
  const applied = await appliedMigrations(db);
  const steps: [string, Value[]][] = [];
  migrate({
    applied: () => applied.map((row) => number(row, "number")),
    claim: (step) => {
      const claim = "INSERT INTO migrations (number, name, at) " +
        "VALUES ($1, $2, floor(extract(epoch FROM clock_timestamp()) * 1000))";
      steps.push([claim, [step.number, step.name]]);
    },
    exec: (sql) => void steps.push([sql, []]),
  }, MIGRATIONS);
  for (const step of steps) await db.query(...step);
  return {
    id: await journalId(db),
    partition_count: await fixPartitionCount(db, wanted_count),
    channel: await channelOf(db),
  };
}

/** Makes the table that notes them only if it is missing: a node's own user may not be allowed to. */
async function appliedMigrations(db: Connection): Promise<readonly Row[]> {
  const [row = {}] = await db.query(
    "SELECT to_regclass(quote_ident(current_schema()) || '.migrations') IS NOT NULL AS present",
  );
  if (row.present === true) return await db.query("SELECT number FROM migrations");
  await db.query(
    "CREATE TABLE migrations (number integer PRIMARY KEY, name text NOT NULL, at bigint NOT NULL)",
  );
  return [];
}

async function requireFitness(db: Connection): Promise<void> {
  const [row = {}] = await db.query(
    "SELECT current_setting('server_encoding') AS encoding, current_schema() AS schema, " +
      "current_setting('server_version_num') AS version, " +
      "current_setting('transaction_read_only')::boolean AS read_only",
  );
  demand(row.encoding === "UTF8", `its encoding is ${row.encoding}, wanted UTF8`);
  demand(
    row.schema !== null,
    "its search_path names no schema that exists and that the user may use",
  );
  demand(
    number(row, "version") >= 150_000,
    `it is version ${row.version}, wanted 150000 (15.0) or later`,
  );
  demand(row.read_only !== true, "it is read-only");
}

function demand(holds: boolean, fault: string): void {
  if (holds) return;
  throw new JournalUnavailable(`Journal cannot be used: ${fault}`, { rolled_back: true });
}

/** The count is written when the database is new and read for ever after: it decides where actors live. */
async function fixPartitionCount(db: Connection, wanted: number): Promise<number> {
  const [stored] = await db.query("SELECT value FROM settings WHERE name = 'partitions'");
  if (stored) return number(stored, "value");
  await db.query("INSERT INTO settings (name, value) VALUES ('partitions', $1)", [String(wanted)]);
  await db.query(
    "INSERT INTO partitions (id, epoch) SELECT id, 0 FROM generate_series(0, $1::integer - 1) AS id",
    [wanted],
  );
  return wanted;
}

async function channelOf(db: Connection): Promise<string> {
  const [row = {}] = await db.query("SELECT 'partitions'::regclass::oid AS id");
  return `synapse_released_${row.id}`;
}
