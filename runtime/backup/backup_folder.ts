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
import { createHash } from "node:crypto";
import { join } from "node:path";
import { errorMessage, SynapseError } from "../errors.ts";
import { BackupPlace } from "./backup_place.ts";
import { removeIfThere, syncToDisk } from "./durable_file.ts";
import { type Conversion, encryptionTo } from "./encryption.ts";
import { formatManifest, type Manifest, MANIFEST_FILE } from "./manifest.ts";
import { ahead, backupName, isBackupName, outdated, type Retention } from "./retention.ts";

/** What is only for the user who runs the program: a journal holds whole conversations. */
const PRIVATE = 0o700;

const PARTIAL = ".partial";

/** What a backup says of itself, without what is known of its files. */
export type Said = Omit<Manifest, "files" | "recipients">;

/** A backup to write. */
export interface WriteBackupOptions extends Retention {
  /** The folder of backups. It is made if there is none. */
  readonly to: string;
  /** The public keys to encrypt to (`age1…`); none: not encrypted. */
  readonly recipients: readonly string[];
  /** The time that names it, in milliseconds since the epoch. */
  readonly at: number;
  /** Gives the place its files, and says what they are. */
  readonly fill: (place: BackupPlace) => Promise<Said>;
}

/** A backup that was written. */
export interface WrittenBackup {
  readonly path: string;
  readonly manifest: Manifest;
  /** The paths of the older ones that went. */
  readonly removed: readonly string[];
  /** Why others that had to go, or what an interrupted one left, are still there; null if none is. */
  readonly unremoved: string | null;
  /** The paths of others whose names lie in the future; nothing removes them before it is there. */
  readonly ahead: readonly string[];
}

/**
 * Writes a backup, and removes those that are too many. What an interrupted one left is removed first;
 * what cannot be removed stops nothing.
 *
 * @throws {SynapseError} `backup_failed` if another process writes there, or if the folder cannot be
 *   written; `config_invalid` if a recipient is none; and whatever `fill` throws
 */
export async function writeBackup(options: WriteBackupOptions): Promise<WrittenBackup> {
  const { to, recipients, at } = options;
  const encrypt = recipients.length === 0 ? null : encryptionTo(recipients);
  using _lock = await lockFolder(to);
  const leftovers = await tidy(to);
  const path = join(to, backupName(at));
  const partial = path + PARTIAL;
  let manifest: Manifest;
  try {
    await Deno.mkdir(partial, { mode: PRIVATE });
    manifest = await writeInto(partial, encrypt, options);
    await syncToDisk(partial);
    await Deno.rename(partial, path);
    await syncToDisk(to);
  } catch (error) {
    await removeIfThere(partial).catch(() => {});
    throw asFailure(error, to);
  }
  const { unremoved, ...retained } = await retain(options);
  return { path, manifest, ...retained, unremoved: unremoved ?? leftovers };
}

async function writeInto(
  folder: string,
  encrypt: Conversion | null,
  { to, recipients, fill }: WriteBackupOptions,
): Promise<Manifest> {
  const digest = createHash("sha256").update(await Deno.realPath(to)).digest("hex");
  const place = new BackupPlace({ folder, encrypt, scratch: `backup_${digest.slice(0, 16)}` });
  const said = await fill(place);
  const manifest = { ...said, recipients: [...recipients], files: [...place.files] };
  await Deno.writeTextFile(join(folder, MANIFEST_FILE), formatManifest(manifest));
  await syncToDisk(join(folder, MANIFEST_FILE));
  return manifest;
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

/** @returns why something is still there; null if nothing is */
async function tidy(to: string): Promise<string | null> {
  let kept: string | null = null;
  for (const name of await namesIn(to, isPartialName)) {
    await removeIfThere(join(to, name)).catch((error) => kept = errorMessage(error));
  }
  return kept;
}

/** One that goes loses its name first: half of one never looks complete. The new one is whole by now. */
async function retain(
  { to, at, ...retention }: WriteBackupOptions,
): Promise<Pick<WrittenBackup, "removed" | "unremoved" | "ahead">> {
  const names = await namesIn(to, isBackupName);
  const removed: string[] = [];
  let unremoved: string | null = null;
  for (const name of outdated(names, retention, at)) {
    const path = join(to, name);
    try {
      await Deno.rename(path, path + PARTIAL);
      await removeIfThere(path + PARTIAL);
      removed.push(path);
    } catch (error) {
      unremoved = errorMessage(error);
    }
  }
  return { removed, unremoved, ahead: ahead(names, at).map((name) => join(to, name)) };
}

function isPartialName(name: string): boolean {
  return name.endsWith(PARTIAL) && isBackupName(name.slice(0, -PARTIAL.length));
}

async function namesIn(folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter(wanted);
}

/** Trouble with the folder, told as such; what was raised on purpose says more. */
function asFailure(error: unknown, to: string): unknown {
  if (error instanceof SynapseError) return error;
  const owner = error instanceof Deno.errors.PermissionDenied
    ? "; make all backups of an installation as one user, who owns the folder and the .lock in it"
    : "";
  const message = `Backup to ${to} failed: ${errorMessage(error)}${owner}`;
  return new SynapseError("backup_failed", message, { cause: error });
}
