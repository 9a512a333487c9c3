/**
 * Folders of backups: `synapse-TIME/` holds a complete one, `synapse-TIME.partial/` one that is being
 * written, or that was when its process ended.
 *
 * A backup gets its final name when all of it is on the disk, so that whatever has such a name is
 * complete. One process at a time writes to a folder of backups; a lock of the operating system ends
 * with it.
 *
 * @module
 */
import { join } from "node:path";
import { errorMessage, SynapseError } from "../errors.ts";
import { digestFile, removeIfThere, syncToDisk } from "./durable_file.ts";
import {
  type BackupFile,
  formatManifest,
  type Manifest,
  MANIFEST_FILE,
  parseManifest,
} from "./manifest.ts";

/** What is only for the user who runs the program: a journal holds whole conversations. */
const PRIVATE = 0o700;

const PARTIAL = ".partial";

/** `synapse-20260131T235959.123Z`: in the order of time when sorted. */
const COMPLETE_NAME = /^synapse-\d{8}T\d{6}\.\d{3}Z$/;
const PARTIAL_NAME = /^synapse-\d{8}T\d{6}\.\d{3}Z\.partial$/;

/** A backup to write. */
export interface WriteBackupOptions {
  /** The folder of backups. It is made if there is none. */
  readonly to: string;
  /** How many complete backups may stay, this one included; null keeps all. */
  readonly keep: number | null;
  /** The time that names it, in milliseconds since the epoch. */
  readonly at: number;
  /** Writes the files into the folder that it is given, and says what they are. */
  readonly fill: (folder: string) => Promise<Omit<Manifest, "files">>;
}

/** A backup that was written. */
export interface WrittenBackup {
  readonly path: string;
  readonly manifest: Manifest;
  /** The paths of the older ones that went. */
  readonly removed: readonly string[];
}

/**
 * Writes a backup, and removes those that are too many. What an interrupted one left is removed first.
 *
 * @throws {SynapseError} `backup_failed` if another process writes there, or if the folder cannot be
 *   written; and whatever `fill` throws
 */
export async function writeBackup(options: WriteBackupOptions): Promise<WrittenBackup> {
  const { to, keep, at, fill } = options;
  using _lock = await lockFolder(to);
  for (const name of await namesIn(to, PARTIAL_NAME)) await removeIfThere(join(to, name));
  const path = join(to, `synapse-${new Date(at).toISOString().replace(/[-:]/g, "")}`);
  const partial = path + PARTIAL;
  let manifest: Manifest;
  try {
    await Deno.mkdir(partial, { mode: PRIVATE });
    const said = await fill(partial);
    manifest = { ...said, files: await sealFiles(partial) };
    await Deno.writeTextFile(join(partial, MANIFEST_FILE), formatManifest(manifest));
    await syncToDisk(join(partial, MANIFEST_FILE));
    await syncToDisk(partial);
    await Deno.rename(partial, path);
    await syncToDisk(to);
  } catch (error) {
    await removeIfThere(partial).catch(() => {});
    throw asFailure(error, to);
  }
  return { path, manifest, removed: keep === null ? [] : await retain(to, keep) };
}

/**
 * Reads the manifest of a backup and verifies that its files are what it says.
 *
 * @throws {SynapseError} `backup_invalid`
 */
export async function readBackup(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const message = `${folder} is no backup: ${path} cannot be read`;
    throw new SynapseError("backup_invalid", message, { cause });
  }
  const manifest = parseManifest(text, path);
  for (const file of manifest.files) await verifyFile(folder, file);
  return manifest;
}

async function verifyFile(folder: string, { name, bytes, sha256 }: BackupFile): Promise<void> {
  const path = join(folder, name);
  const found = await digestFile(path).catch((cause) => {
    throw new SynapseError("backup_invalid", `${path} cannot be read: ${errorMessage(cause)}`, {
      cause,
    });
  });
  if (found.bytes !== bytes) {
    const message = `${path} has ${found.bytes} bytes, the manifest says ${bytes}`;
    throw new SynapseError("backup_invalid", message);
  }
  if (found.sha256 !== sha256) {
    const message = `${path} is damaged: its SHA-256 is ${found.sha256}, wanted ${sha256}`;
    throw new SynapseError("backup_invalid", message);
  }
}

async function lockFolder(to: string): Promise<Disposable> {
  try {
    await Deno.mkdir(to, { recursive: true, mode: PRIVATE });
    const file = await Deno.open(join(to, ".lock"), { create: true, read: true, write: true });
    // Closing it gives the lock back.
    if (await file.tryLock(true)) return file;
    file.close();
  } catch (error) {
    throw asFailure(error, to);
  }
  throw new SynapseError("backup_failed", `Another backup is being written to ${to}`);
}

/** Waits until all files are on the disk, and takes their checksums. */
async function sealFiles(folder: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const name of await namesIn(folder, /./)) {
    const path = join(folder, name);
    await Deno.chmod(path, 0o600);
    await syncToDisk(path);
    files.push({ name, ...await digestFile(path) });
  }
  return files;
}

/** Keeps the newest. One that goes loses its name first: half of one never looks complete. */
async function retain(to: string, keep: number): Promise<string[]> {
  const names = await namesIn(to, COMPLETE_NAME);
  const old = names.slice(0, Math.max(0, names.length - keep)).map((name) => join(to, name));
  for (const path of old) {
    await Deno.rename(path, path + PARTIAL);
    await removeIfThere(path + PARTIAL);
  }
  return old;
}

async function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => pattern.test(name)).sort();
}

/** Trouble with the folder, told as such; what was raised on purpose says more. */
function asFailure(error: unknown, to: string): unknown {
  if (error instanceof SynapseError) return error;
  const message = `Backup to ${to} failed: ${errorMessage(error)}`;
  return new SynapseError("backup_failed", message, { cause: error });
}
