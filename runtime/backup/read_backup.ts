/**
 * Reads a backup: nothing of it is given out before all of it is what its manifest says.
 *
 * @module
 */
import { join } from "node:path";
import { errorCode, errorMessage, SynapseError } from "../errors.ts";
import { ENCRYPTED } from "./backup_place.ts";
import { type Digest, digestOf } from "./digest.ts";
import { readPieces } from "./durable_file.ts";
import type { Bytes, Conversion } from "./encryption.ts";
import { type BackupFile, type Manifest, MANIFEST_FILE, parseManifest } from "./manifest.ts";

/** A backup that is whole. */
export interface ReadableBackup {
  readonly manifest: Manifest;
  /**
   * The content of one of its files, decrypted.
   *
   * @param name without `.age`
   * @throws {SynapseError} `backup_invalid` if there is none
   */
  read(name: string): Promise<Bytes>;
}

/**
 * Reads the manifest of a backup and verifies that its files are what it says, those that are encrypted
 * before and after decrypting.
 *
 * @param decrypt null if there is no key
 * @throws {SynapseError} `backup_invalid`; `backup_locked` if it is encrypted, and not for this key
 */
export async function readBackup(
  folder: string,
  decrypt: Conversion | null,
): Promise<ReadableBackup> {
  const path = join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const message = `${folder} is no backup: ${path} cannot be read`;
    throw new SynapseError("backup_invalid", message, { cause });
  }
  const manifest = parseManifest(text, path);
  const { files, recipients } = manifest;
  const open = async (path: string) => {
    if (decrypt === null) throw locked(folder, recipients);
    return await decrypt(await readPieces(path));
  };
  const encrypted = files.find(({ plain }) => plain !== undefined);
  if (encrypted !== undefined) await requireKey(join(folder, encrypted.name), open);
  for (const file of files) await verify(join(folder, file.name), file, readPieces);
  for (const { name, plain } of files) {
    if (plain !== undefined) await verify(join(folder, name), plain, open);
  }
  return {
    manifest,
    async read(wanted) {
      const file = files.find(({ name }) => name === wanted || name === wanted + ENCRYPTED);
      if (file === undefined) throw missing(folder, wanted);
      return await contentOf(join(folder, file.name), file, open);
    },
  };
}

/** Reading all of a large backup takes long: a key that does not fit is told before. */
async function requireKey(path: string, open: (path: string) => Promise<Bytes>): Promise<void> {
  try {
    await (await open(path)).cancel();
  } catch (error) {
    // Of what is damaged, the checksums tell more.
    if (errorCode(error) === "backup_locked") throw error;
  }
}

function contentOf(
  path: string,
  { plain }: BackupFile,
  open: (path: string) => Promise<Bytes>,
): Promise<Bytes> {
  return plain === undefined ? readPieces(path) : open(path);
}

async function verify(
  path: string,
  { bytes, sha256 }: Digest,
  open: (path: string) => Promise<Bytes>,
): Promise<void> {
  const found = await open(path).then(digestOf).catch((cause) => {
    if (cause instanceof SynapseError) throw cause;
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

function locked(folder: string, recipients: readonly string[]): SynapseError {
  const message = `${folder} is encrypted to ${recipients.join(", ")}: ` +
    "give the private key of one of them, `--identity FILE`";
  return new SynapseError("backup_locked", message, { data: { recipients } });
}

function missing(folder: string, name: string): SynapseError {
  return new SynapseError("backup_invalid", `${folder} has no ${name}`);
}
