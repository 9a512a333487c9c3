/**
 * A backup back into an installation that holds nothing yet.
 *
 * Checksums are compared first. In the end what is there is counted and every history verified; a file
 * gets the journal's name only after that.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { readBackup } from "../../backup/backup_folder.ts";
import { copyDurably, isThere, removeIfThere, syncToDisk } from "../../backup/durable_file.ts";
import { type BackupPoint, type Manifest, samePoint } from "../../backup/manifest.ts";
import { type VerifiedStore, verifyStore } from "../../backup/verify_store.ts";
import type { Config } from "../../config.ts";
import { SynapseError } from "../../errors.ts";
import { readSchema } from "../journal_schema.ts";
import type { Variables } from "./client_programs.ts";
import { DUMP_FILE, JOURNAL_FILE, MEMORY_FILE } from "./make_backup.ts";

/** What was restored. */
export interface RestoredBackup {
  readonly manifest: Manifest;
  readonly verified: VerifiedStore;
  /** For people: the file, or the database without its password. */
  readonly store: string;
  /** Whether memory is there again; if not, and agents are to remember, the index is to be built anew. */
  readonly memory_restored: boolean;
}

/**
 * Restores a backup.
 *
 * @param folder that of one backup
 * @throws {SynapseError} `backup_invalid`, `store_not_empty`, `journal_too_new`, `journal_corrupt`,
 *   `backup_failed`
 * @throws {JournalUnavailable}
 */
export async function restoreBackup(
  config: Pick<Config, "journal" | "memory">,
  { folder, env }: { readonly folder: string; readonly env: Variables },
): Promise<RestoredBackup> {
  const { journal } = config;
  const manifest = await readBackup(folder);
  if (manifest.store !== journal.kind) {
    const message =
      `Backup is of a ${manifest.store} journal, DATABASE_URL names a ${journal.kind} one: ` +
      "restore it where it came from, and move it with `synapse migrate-store`";
    throw new SynapseError("backup_invalid", message);
  }
  await requireKnownSchema(manifest);
  const restored = journal.kind === "sqlite"
    ? await restoreFiles({ folder, manifest, path: journal.path, memory: memoryPath(config) })
    : await restoreDump({ folder, manifest, url: journal.url, env });
  const { store } = await readSchema(journal);
  return { manifest, store, ...restored };
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

function memoryPath({ memory }: Pick<Config, "memory">): string | null {
  return memory?.index.kind === "embedded" ? memory.index.path : null;
}

interface RestoreFilesOptions {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly path: string;
  /** Where memory belongs; null if not in a file. */
  readonly memory: string | null;
}

type Restored = Pick<RestoredBackup, "verified" | "memory_restored">;

async function restoreFiles(
  { folder, manifest, path, memory }: RestoreFilesOptions,
): Promise<Restored> {
  const { withJournalFile, sqlitePoint, sqliteRows } = await import("./sqlite_store.ts");
  const withMemory = memory !== null && manifest.memory === "included" ? memory : null;
  for (const target of [path, withMemory]) if (target !== null) await requireNothingAt(target);
  await Deno.mkdir(dirname(path), { recursive: true });
  const staged = `${path}.restoring`;
  try {
    await copyDurably(join(folder, JOURNAL_FILE), staged);
    const verified = await withJournalFile(staged, async (db) => {
      requirePoint(manifest, sqlitePoint(db, manifest.point.taken_at));
      return await verifyStore(sqliteRows(db));
    });
    if (withMemory !== null) await placeMemory(join(folder, MEMORY_FILE), withMemory);
    // Last: with it the installation is complete.
    await placeNew(staged, path);
    return { verified, memory_restored: withMemory !== null };
  } finally {
    await removeIfThere(staged);
  }
}

async function placeMemory(from: string, path: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const staged = `${path}.restoring`;
  try {
    await copyDurably(from, staged);
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

async function restoreDump({ folder, manifest, url, env }: {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly url: string;
  readonly env: Variables;
}): Promise<Restored> {
  const { restoreDatabase } = await import("./postgres_dump.ts");
  const { inTransaction, postgresPoint, postgresRows } = await import("./postgres_store.ts");
  const { db_schema } = manifest;
  await restoreDatabase(url, { from: join(folder, DUMP_FILE), db_schema, env });
  const verified = await inTransaction(url, async (db) => {
    requirePoint(manifest, await postgresPoint(db, manifest.point.taken_at));
    return await verifyStore(postgresRows(db));
  });
  return { verified, memory_restored: false };
}

function requirePoint({ point }: Manifest, found: BackupPoint): void {
  if (samePoint(point, found)) return;
  const message = `Backup holds ${found.actors} actors with ${found.events} events, ` +
    `its manifest says ${point.actors} with ${point.events}: one of them was changed`;
  throw new SynapseError("backup_invalid", message);
}
