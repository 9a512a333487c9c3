/**
 * The port to a server that keeps the index of memory: copies of it, out and in.
 *
 * It leaves out whether the index fits the journal: the journal is the truth, and from it the index can
 * be built anew.
 *
 * @module
 */
import type { Bytes } from "./encryption.ts";
import type { Manifest } from "./manifest.ts";

/** Which index a copy is of. */
export type SnapshotOrigin = NonNullable<Manifest["qdrant"]>;

/** Copies of an index. Every method throws `memory_unavailable` if the server cannot do it. */
export interface MemorySnapshots {
  /**
   * Makes a copy as of one moment on the server, lends its bytes, and removes it from there.
   *
   * @returns null if there is no index
   * @throws {SynapseError} `backup_failed` if the server is one of several, of which each has a part only
   */
  take(keep: (bytes: Bytes) => Promise<void>): Promise<SnapshotOrigin | null>;
  /** @throws {SynapseError} `store_not_empty` if there is an index that answers */
  requireNone(): Promise<void>;
  /** Makes an index of a copy. It does not answer yet; what an interrupted one left is replaced. */
  load(bytes: Bytes, origin: SnapshotOrigin): Promise<void>;
  /** Has a loaded index answer. */
  promote(origin: SnapshotOrigin): Promise<void>;
  /** Removes a loaded index that does not answer. */
  discard(origin: SnapshotOrigin): Promise<void>;
}
