/**
 * Which migrations the configured journal has, without changing it.
 *
 * @module
 */
import type { Config, PostgresConfig, SqliteConfig } from "../config.ts";
import { type Migration, missingMigrations } from "../journal/migrate.ts";
import { findDataFile } from "./data_folder.ts";
import { readDatabaseFacts } from "./database.ts";

/** The state of a journal's tables. */
export interface JournalSchema {
  /** See `Journal.id`; null of a journal that has none yet. */
  readonly id: string | null;
  /** For people: the file, or the database without its password. */
  readonly store: string;
  /** The newest schema that this program knows. */
  readonly newest: number;
  /** The migrations that were not applied yet, as `NUMBER NAME`. */
  readonly missing: readonly string[];
}

const NAMED = "SELECT value FROM settings WHERE name = 'journal_id'";

/**
 * Reads the state of the tables. A journal that does not exist lacks all of them.
 *
 * @throws {SynapseError} `journal_too_new`
 * @throws {JournalUnavailable} if it cannot be read
 */
export async function readSchema(config: Config["journal"]): Promise<JournalSchema> {
  return config.kind === "sqlite" ? await readFile(config) : await readDatabase(config);
}

async function readFile({ path }: SqliteConfig): Promise<JournalSchema> {
  const [{ openConnection }, { MIGRATIONS }] = await Promise.all([
    import("../journal/sqlite/connection.ts"),
    import("../journal/migrations/sqlite/mod.ts"),
  ]);
  if (findDataFile(path) === null) return { id: null, ...schemaOf(path, [], MIGRATIONS) };
  const db = openConnection({ path, access: "read" });
  try {
    const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get();
    const rows = table ? db.prepare("SELECT number FROM migrations").all() : [];
    const schema = schemaOf(path, rows.map((row) => Number(row["number"])), MIGRATIONS);
    const named = rows.length > 0 ? db.prepare(NAMED).get() : undefined;
    return { id: named === undefined ? null : String(named["value"]), ...schema };
  } finally {
    db.close();
  }
}

async function readDatabase({ url }: PostgresConfig): Promise<JournalSchema> {
  const { MIGRATIONS } = await import("../journal/migrations/postgres/mod.ts");
  const { database, applied, journal } = await readDatabaseFacts(url);
  return { id: journal, ...schemaOf(`Database ${database}`, applied ?? [], MIGRATIONS) };
}

function schemaOf(
  store: string,
  applied: readonly number[],
  migrations: readonly Migration[],
): Omit<JournalSchema, "id"> {
  const missing = missingMigrations(applied, migrations);
  return {
    store,
    newest: migrations.length,
    missing: missing.map(({ number, name }) => `${number} ${name}`),
  };
}
