/**
 * Files that are to outlast a power failure, and their checksums.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Waits until a file, or the names in a folder, are on the disk. */
export async function syncToDisk(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await file.sync();
}

/** Copies a file and waits until it is on the disk. Whatever was at `to` is overwritten. */
export async function copyDurably(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  await Deno.chmod(to, 0o600);
  await syncToDisk(to);
}

/** The SHA-256 of a file, in hexadecimal digits, and its size. Reads it piece by piece. */
export async function digestFile(
  path: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  using file = await Deno.open(path, { read: true });
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    const read = await file.read(buffer);
    if (read === null) return { sha256: hash.digest("hex"), bytes };
    hash.update(buffer.subarray(0, read));
    bytes += read;
  }
}

/** Whether there is anything at that path. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Removes a file or folder, if it is there. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
