/**
 * A backup of the journal that a configuration names, taken while nodes work on it.
 *
 * The journal's file is a snapshot of one moment. Redis is not in it: it holds nothing that the journal
 * does not. The index of memory is in it where that is cheap or asked for; it is copied after the
 * journal, so that it lacks nothing that the journal has, and nothing comes back that was forgotten.
 *
 * @module
 */
import { type Said, writeBackup, type WrittenBackup } from "../../backup/backup_folder.ts";
import type { BackupPlace } from "../../backup/backup_place.ts";
import { isThere } from "../../backup/durable_file.ts";
import { BACKUP_FORMAT } from "../../backup/manifest.ts";
import type { Retention } from "../../backup/retention.ts";
import type { Clock } from "../../clock.ts";
import type { Config, PostgresConfig, SqliteConfig } from "../../config.ts";
import type { Entropy } from "../../entropy.ts";
import { SynapseError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { readSchema } from "../journal_schema.ts";
import type { Variables } from "./client_programs.ts";
import { noteBackup } from "./note_backup.ts";
import { openSnapshots } from "./open_snapshots.ts";

/** The journal's file in a backup of a file. */
export const JOURNAL_FILE = "journal.db";

/** The journal's file in a backup of a database: what pg_dump writes in its own format. */
export const DUMP_FILE = "journal.dump";

/** The file with the index of memory, if that was a file. */
export const MEMORY_FILE = "memory.db";

/** The file with the index of memory, if that was a Qdrant's: a snapshot in its own format. */
export const SNAPSHOT_FILE = "memory.snapshot";

/** How long the journal's file may be locked: for moments, when a node opens or closes it. Milliseconds. */
const LOCK_MS = 2000;

/** What a backup is made with. */
export interface MakeBackupOptions extends Retention {
  /** The folder of backups. */
  readonly to: string;
  /** The public keys to encrypt to (`age1…`); none: not encrypted. */
  readonly recipients: readonly string[];
  /** Whether a Qdrant is to make a snapshot of the index of memory. An index in a file is in it anyway. */
  readonly with_memory: boolean;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What the client programs of Postgres see, PATH included. */
  readonly env: Variables;
}

/** A backup that was made. */
export interface MadeBackup extends WrittenBackup {
  /** Why the nodes will not hear of it (see `noteBackup`); null: they do. */
  readonly unnoted: string | null;
}

/**
 * Makes a backup, and notes in its store that there is one.
 *
 * @throws {SynapseError} `backup_failed`, `journal_too_new`
 * @throws {JournalUnavailable} if the journal cannot be read
 */
export async function makeBackup(
  config: Pick<Config, "journal" | "memory">,
  options: MakeBackupOptions,
): Promise<MadeBackup> {
  const { journal } = config;
  const { store, newest, missing } = await readSchema(journal);
  if (missing.length === newest) {
    throw new SynapseError("backup_failed", `There is no journal in ${store}`);
  }
  const written = await writeBackup({
    ...options,
    at: options.clock.now(),
    async fill(place): Promise<Said> {
      const copied = journal.kind === "sqlite"
        ? await copyJournal(journal, place, options)
        : await dumpJournal(journal, place, options);
      const memory = await copyMemory(config.memory, place, options);
      return { format: BACKUP_FORMAT, synapse: VERSION, ...copied, ...memory };
    },
  });
  // From here on there is a backup, whatever else fails.
  return { ...written, unnoted: await noteBackup(journal, written.manifest.point.taken_at) };
}

type Copied = Pick<Said, "store" | "db_schema" | "schema" | "point">;

/** What it holds is read from the copy, so that it cannot be anything else. */
async function copyJournal(
  { path: source }: SqliteConfig,
  place: BackupPlace,
  { clock }: MakeBackupOptions,
): Promise<Copied> {
  const [{ copySqlite }, { sqlitePoint, sqliteSchema, withJournalFile }] = await Promise.all([
    import("./copy_sqlite.ts"),
    import("./sqlite_store.ts"),
  ]);
  const taken_at = clock.now();
  const copied = await place.make(JOURNAL_FILE, {
    source,
    write: async (path) =>
      await copySqlite(source, path, LOCK_MS)
        ? await withJournalFile(path, (db) => ({
          schema: sqliteSchema(db),
          point: sqlitePoint(db, taken_at),
        }))
        : null,
  });
  if (copied === null) {
    throw new SynapseError("backup_failed", `Another program has ${source} for itself`);
  }
  return { store: "sqlite", db_schema: null, ...copied };
}

async function dumpJournal(
  { url }: PostgresConfig,
  place: BackupPlace,
  { env }: MakeBackupOptions,
): Promise<Copied> {
  const { dumpDatabase } = await import("./postgres_dump.ts");
  const dumped = await dumpDatabase(url, { env, keep: (bytes) => place.put(DUMP_FILE, bytes) });
  return { store: "postgres", ...dumped };
}

type CopiedMemory = Pick<Said, "memory" | "qdrant">;

async function copyMemory(
  memory: Config["memory"],
  place: BackupPlace,
  options: MakeBackupOptions,
): Promise<CopiedMemory> {
  if (memory === null) return { memory: "none", qdrant: null };
  if (memory.index.kind === "embedded") {
    return { memory: await copyMemoryFile(memory.index.path, place), qdrant: null };
  }
  if (!options.with_memory) return { memory: "left_out", qdrant: null };
  await using snapshots = await openSnapshots(memory.index, options);
  const qdrant = await snapshots.take((bytes) => place.put(SNAPSHOT_FILE, bytes));
  return { memory: qdrant === null ? "none" : "included", qdrant };
}

/** A running node has the index for itself: then it is left out, and built anew after a restore. */
async function copyMemoryFile(source: string, place: BackupPlace): Promise<Said["memory"]> {
  if (!await isThere(source)) return "none";
  const { copySqlite } = await import("./copy_sqlite.ts");
  const write = async (path: string) => await copySqlite(source, path, 0) || null;
  return await place.make(MEMORY_FILE, { source, write }) === null ? "in_use" : "included";
}
