/**
 * Files that are to outlast a power failure.
 *
 * @module
 */
import type { Bytes } from "./encryption.ts";

/** Waits until a file, or the names in a folder, are on the disk. */
export async function syncToDisk(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await file.sync();
}

/**
 * Writes bytes to a file that only its owner reads, and waits until they are on the disk. Whatever was
 * there is overwritten.
 */
export async function writeDurably(path: string, bytes: Bytes): Promise<void> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  await bytes.pipeTo(file.writable);
  await syncToDisk(path);
}

/** Reads a file piece by piece. */
export async function readPieces(path: string): Promise<Bytes> {
  return (await Deno.open(path, { read: true })).readable;
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
