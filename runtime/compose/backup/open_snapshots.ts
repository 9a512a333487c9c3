/**
 * The server that keeps the index of memory, for copies of it.
 *
 * @module
 */
import type { MemorySnapshots } from "../../backup/memory_snapshots.ts";
import type { Clock } from "../../clock.ts";
import type { MemoryConfig } from "../../config.ts";
import type { Entropy } from "../../entropy.ts";

/** An index on a server. */
export type ServedIndex = Extract<MemoryConfig["index"], { kind: "qdrant" }>;

/** Opens it; nothing is asked of it yet. */
export async function openSnapshots(
  { url, api_key }: ServedIndex,
  { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy },
): Promise<MemorySnapshots & AsyncDisposable> {
  const { QdrantSnapshots } = await import("./qdrant_snapshots.ts");
  return new QdrantSnapshots({ url, ...(api_key === null ? {} : { api_key }), clock, entropy });
}
