/**
 * A backup of the journal that a configuration names, taken while nodes work on it.
 *
 * The files are a snapshot of one moment. Redis is not in it: it holds nothing that the journal does not.
 * Nor is Qdrant: its collection is an index that is built anew from the journal.
 *
 * @module
 */
import { join } from "node:path";
import { writeBackup, type WrittenBackup } from "../../backup/backup_folder.ts";
import { isThere, removeIfThere } from "../../backup/durable_file.ts";
import { BACKUP_FORMAT, type Manifest } from "../../backup/manifest.ts";
import type { Clock } from "../../clock.ts";
import type { Config, SqliteConfig } from "../../config.ts";
import { SynapseError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { type JournalSchema, readSchema } from "../journal_schema.ts";
import type { Variables } from "./client_programs.ts";

/** The journal's file in a backup of a file. */
export const JOURNAL_FILE = "journal.db";

/** The journal's file in a backup of a database: what pg_dump writes in its own format. */
export const DUMP_FILE = "journal.dump";

/** The file with the index of memory. */
export const MEMORY_FILE = "memory.db";

/** How long the journal's file may be locked: for moments, when a node opens or closes it. Milliseconds. */
const LOCK_MS = 2000;

/** What a backup is made with. */
export interface MakeBackupOptions {
  /** The folder of backups. */
  readonly to: string;
  /** How many may stay, the new one included; null keeps all. */
  readonly keep: number | null;
  readonly clock: Clock;
  /** What the client programs of Postgres see, PATH included. */
  readonly env: Variables;
}

/**
 * Makes a backup.
 *
 * @throws {SynapseError} `backup_failed`, `journal_too_new`
 * @throws {JournalUnavailable} if the journal cannot be read
 */
export async function makeBackup(
  config: Pick<Config, "journal" | "memory">,
  { to, keep, clock, env }: MakeBackupOptions,
): Promise<WrittenBackup> {
  const { journal } = config;
  const state = await readSchema(journal);
  const schema = appliedSchema(state);
  if (schema === 0) {
    throw new SynapseError("backup_failed", `There is no journal in ${state.store}`);
  }
  const shared = { format: BACKUP_FORMAT, synapse: VERSION, schema } as const;
  const fill = async (folder: string): Promise<Omit<Manifest, "files">> => {
    if (journal.kind === "sqlite") {
      const point = await copyJournal(journal, join(folder, JOURNAL_FILE), clock);
      const memory = await copyMemory(config.memory, join(folder, MEMORY_FILE));
      return { ...shared, store: "sqlite", db_schema: null, point, memory };
    }
    const { dumpDatabase } = await import("./postgres_dump.ts");
    const dumped = await dumpDatabase(journal.url, join(folder, DUMP_FILE), env);
    return { ...shared, store: "postgres", ...dumped, memory: "none" };
  };
  return await writeBackup({ to, keep, at: clock.now(), fill });
}

/** The newest migration that a journal has; 0 when there is none. */
export function appliedSchema({ newest, missing }: JournalSchema): number {
  return newest - missing.length;
}

/** What it holds is read from the copy, so that it cannot be anything else. */
async function copyJournal(
  { path }: SqliteConfig,
  to: string,
  clock: Clock,
): Promise<Manifest["point"]> {
  const [{ copySqlite }, { sqlitePoint, withJournalFile }] = await Promise.all([
    import("./copy_sqlite.ts"),
    import("./sqlite_store.ts"),
  ]);
  const taken_at = clock.now();
  if (!await copySqlite(path, to, LOCK_MS)) {
    throw new SynapseError("backup_failed", `Another program has ${path} for itself`);
  }
  return await withJournalFile(to, (db) => sqlitePoint(db, taken_at));
}

/** A running node has the index for itself: then it is left out, and built anew after a restore. */
async function copyMemory(memory: Config["memory"], to: string): Promise<Manifest["memory"]> {
  if (memory?.index.kind !== "embedded") return "none";
  const { path } = memory.index;
  if (!await isThere(path)) return "none";
  const { copySqlite } = await import("./copy_sqlite.ts");
  if (await copySqlite(path, to, 0)) return "included";
  await removeIfThere(to);
  return "in_use";
}
