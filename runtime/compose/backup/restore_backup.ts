/**
 * A backup back into an installation that holds nothing yet.
 *
 * Checksums are compared first. In the end what is there is counted and every history verified; a file
 * gets the journal's name only after that, and what does not pass is dropped from a database.
 *
 * @module
 */
import { dirname } from "node:path";
import { isThere, removeIfThere, syncToDisk, writeDurably } from "../../backup/durable_file.ts";
import { type Bytes, decryptionWith } from "../../backup/encryption.ts";
import { type BackupPoint, type Manifest, samePoint } from "../../backup/manifest.ts";
import { type ReadableBackup, readBackup } from "../../backup/read_backup.ts";
import { type VerifiedStore, verifyStore } from "../../backup/verify_store.ts";
import type { Clock } from "../../clock.ts";
import type { Config, PostgresConfig, SqliteConfig } from "../../config.ts";
import type { Entropy } from "../../entropy.ts";
import { SynapseError } from "../../errors.ts";
import { makeDataFolder } from "../data_folder.ts";
import { readSchema } from "../journal_schema.ts";
import type { Variables } from "./client_programs.ts";
import { DUMP_FILE, JOURNAL_FILE, MEMORY_FILE } from "./make_backup.ts";
import { openSnapshots, type ServedIndex } from "./open_snapshots.ts";
import { restoreIndex } from "./restore_index.ts";

/** What was restored. */
export interface RestoredBackup {
  readonly manifest: Manifest;
  readonly verified: VerifiedStore;
  /** For people: the file, or the database without its password. */
  readonly store: string;
  /** Whether memory is there again; if not, and agents are to remember, the index is to be built anew. */
  readonly memory_restored: boolean;
}

/** What a backup is restored with. */
export interface RestoreBackupOptions {
  /** That of one backup. */
  readonly folder: string;
  /** Private keys of age, for a backup that is encrypted. */
  readonly identities: readonly string[];
  /** Whether the index of memory is restored, if the backup has one that belongs here. */
  readonly with_memory: boolean;
  /** What the client programs of Postgres see, PATH included. */
  readonly env: Variables;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

type Place = Pick<Config, "journal" | "memory">;

/**
 * Restores a backup.
 *
 * @throws {SynapseError} `backup_invalid`, `backup_locked`, `store_not_empty`, `journal_too_new`,
 *   `journal_corrupt`, `backup_failed`, `memory_unavailable`
 * @throws {JournalUnavailable}
 */
export async function restoreBackup(
  config: Place,
  options: RestoreBackupOptions,
): Promise<RestoredBackup> {
  const { journal } = config;
  const { folder, identities } = options;
  const decrypt = identities.length === 0 ? null : decryptionWith(identities);
  const backup = await readBackup(folder, decrypt);
  const { manifest } = backup;
  if (manifest.store !== journal.kind) {
    const message =
      `Backup is of a ${manifest.store} journal, DATABASE_URL names a ${journal.kind} one: ` +
      "restore it where it came from, and move it with `synapse migrate-store`";
    throw new SynapseError("backup_invalid", message);
  }
  await requireKnownSchema(manifest);
  const index = servedIndex(config, options, manifest);
  const restored = journal.kind === "sqlite"
    ? await withIndex(
      index,
      backup,
      options,
      () => restoreFiles(backup, journal, memoryFile(config, options)),
    )
    : await withIndex(index, backup, options, () => restoreDump(backup, journal, options));
  const { store } = await readSchema(journal);
  return { manifest, store, ...restored };
}

/** The server that the backup's index of memory belongs on; null if it belongs on none. */
function servedIndex(
  { memory }: Place,
  { with_memory }: RestoreBackupOptions,
  { qdrant }: Manifest,
): ServedIndex | null {
  const wanted = with_memory && qdrant !== null;
  return wanted && memory?.index.kind === "qdrant" ? memory.index : null;
}

async function withIndex(
  index: ServedIndex | null,
  backup: ReadableBackup,
  options: RestoreBackupOptions,
  restoreJournal: () => Promise<Restored>,
): Promise<Restored> {
  if (index === null) return await restoreJournal();
  await using snapshots = await openSnapshots(index, options);
  const { verified } = await restoreIndex(backup, snapshots, restoreJournal);
  return { verified, memory_restored: true };
}

async function requireKnownSchema({ schema, store, synapse }: Manifest): Promise<void> {
  const { MIGRATIONS } = store === "sqlite"
    ? await import("../../journal/migrations/sqlite/mod.ts")
    : await import("../../journal/migrations/postgres/mod.ts");
  const known = MIGRATIONS.length;
  if (schema <= known) return;
  const message =
    `Backup has schema ${schema}, this program knows up to ${known}: run Synapse ${synapse} or newer`;
  throw new SynapseError("journal_too_new", message, { data: { found: schema, known } });
}

/** Where memory belongs, if that is a file. */
function memoryFile({ memory }: Place, { with_memory }: RestoreBackupOptions): string | null {
  return with_memory && memory?.index.kind === "embedded" ? memory.index.path : null;
}

type Restored = Pick<RestoredBackup, "verified" | "memory_restored">;

async function restoreFiles(
  { manifest, read }: ReadableBackup,
  { path }: SqliteConfig,
  memory: string | null,
): Promise<Restored> {
  const { withJournalFile, sqlitePoint, sqliteRows } = await import("./sqlite_store.ts");
  const included = manifest.memory === "included" && manifest.qdrant === null;
  const withMemory = included ? memory : null;
  for (const target of [path, withMemory]) if (target !== null) await requireNothingAt(target);
  await makeDataFolder(dirname(path));
  const staged = `${path}.restoring`;
  try {
    await writeDurably(staged, await read(JOURNAL_FILE));
    const verified = await withJournalFile(staged, async (db) => {
      requirePoint(manifest, sqlitePoint(db, manifest.point.taken_at));
      return await verifyStore(sqliteRows(db));
    });
    if (withMemory !== null) await placeMemory(await read(MEMORY_FILE), withMemory);
    // Last: with it the installation is complete.
    await placeNew(staged, path);
    return { verified, memory_restored: withMemory !== null };
  } finally {
    await removeIfThere(staged);
  }
}

async function placeMemory(content: Bytes, path: string): Promise<void> {
  await makeDataFolder(dirname(path));
  const staged = `${path}.restoring`;
  try {
    await writeDurably(staged, content);
    await placeNew(staged, path);
  } finally {
    await removeIfThere(staged);
  }
}

/** Old write-ahead logs count, too: SQLite would apply them to the new file. */
async function requireNothingAt(path: string): Promise<void> {
  for (const one of [path, `${path}-wal`, `${path}-shm`]) {
    if (await isThere(one)) throw notEmpty(one);
  }
}

/** Gives a file its name unless something has that name by now. */
async function placeNew(staged: string, path: string): Promise<void> {
  try {
    await Deno.link(staged, path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw notEmpty(path);
    throw error;
  }
  await syncToDisk(dirname(path));
}

function notEmpty(path: string): SynapseError {
  const message = `${path} is there already: restore into an empty data folder`;
  return new SynapseError("store_not_empty", message, { data: { path } });
}

async function restoreDump(
  { manifest, read }: ReadableBackup,
  { url }: PostgresConfig,
  { env }: RestoreBackupOptions,
): Promise<Restored> {
  const { restoreDatabase } = await import("./postgres_dump.ts");
  const { postgresPoint, postgresRows } = await import("./postgres_store.ts");
  const verified = await restoreDatabase(url, {
    read: () => read(DUMP_FILE),
    db_schema: manifest.db_schema,
    env,
    verify: async (db) => {
      requirePoint(manifest, await postgresPoint(db, manifest.point.taken_at));
      return await verifyStore(postgresRows(db));
    },
  });
  return { verified, memory_restored: false };
}

function requirePoint({ point }: Manifest, found: BackupPoint): void {
  if (samePoint(point, found)) return;
  const message = `Backup holds ${found.actors} actors with ${found.events} events, ` +
    `its manifest says ${point.actors} with ${point.events}: one of them was changed`;
  throw new SynapseError("backup_invalid", message);
}
