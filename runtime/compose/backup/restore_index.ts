/**
 * The index of memory back onto its server, around the journal's way back: it is loaded before, because
 * that may fail, and answers after, because an index without its journal would be in the way.
 *
 * @module
 */
import type { MemorySnapshots } from "../../backup/memory_snapshots.ts";
import type { ReadableBackup } from "../../backup/read_backup.ts";
import { errorMessage, SynapseError } from "../../errors.ts";
import { SNAPSHOT_FILE } from "./make_backup.ts";

/**
 * Restores an index with its journal.
 *
 * @param restoreJournal must leave nothing when it throws
 * @throws {SynapseError} `store_not_empty` before anything is done, `memory_unavailable`; and whatever
 *   `restoreJournal` throws
 */
export async function restoreIndex<Result>(
  { manifest: { qdrant }, read }: ReadableBackup,
  snapshots: MemorySnapshots,
  restoreJournal: () => Promise<Result>,
): Promise<Result> {
  if (qdrant === null) return await restoreJournal();
  await snapshots.requireNone();
  let restored: Result;
  try {
    await snapshots.load(await read(SNAPSHOT_FILE), qdrant);
    restored = await restoreJournal();
  } catch (error) {
    // What cannot be removed now, the next restore replaces.
    await snapshots.discard(qdrant).catch(() => {});
    throw error;
  }
  try {
    await snapshots.promote(qdrant);
  } catch (cause) {
    const message = `The journal is restored, memory is not (${errorMessage(cause)}): ` +
      "run `synapse memory reindex` when a node runs";
    throw new SynapseError("memory_unavailable", message, { cause });
  }
  return restored;
}
