/**
 * Test support: folders of small backups.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import { type Said, writeBackup, type WriteBackupOptions } from "./backup_folder.ts";
import type { BackupPlace } from "./backup_place.ts";
import { BACKUP_FORMAT } from "./manifest.ts";
import { readBackup } from "./read_backup.ts";

/** The time that names a backup unless another is given. */
export const AT = Date.UTC(2026, 0, 31, 23, 59, 59, 123);

/** What a backup says that holds nothing of a store. */
export const SAID: Said = {
  format: BACKUP_FORMAT,
  synapse: "3.1.0",
  store: "sqlite",
  db_schema: null,
  schema: 2,
  point: { taken_at: AT, last_commit_at: null, actors: 0, events: 0, waiting: 0, partitions: [] },
  memory: "none",
  qdrant: null,
};

/** Lends the path of a folder of backups that is not there yet. */
export async function withFolder(use: (to: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use(`${folder}/backups`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A text as bytes. */
export const encode = (text: string) => new TextEncoder().encode(text);

/** Reads a backup that is not encrypted. */
export const read = (path: string) => readBackup(path, null);

/** Writes a backup of one small file. */
export function write(to: string, more: Partial<WriteBackupOptions> = {}) {
  const fill = async (place: BackupPlace) => {
    await place.put("journal.db", ReadableStream.from([encode("all that there is")]));
    return SAID;
  };
  const plain = { keep: null, keep_days: null, recipients: [] };
  return writeBackup({ ...plain, to, at: AT, fill, ...more });
}

/** The names in a folder of backups, without the lock. */
export async function namesIn(to: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(to));
  return entries.map(({ name }) => name).filter((name) => name !== ".lock").sort();
}

/** Asserts that work is refused with that code and message. */
export async function refused(
  work: Promise<unknown>,
  code: string,
  message: RegExp,
): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof SynapseError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}
