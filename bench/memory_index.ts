/**
 * The index that is measured: the embedded one, or one on a Qdrant.
 *
 * @module
 */
import { round } from "../runtime/capacity/turns.ts";
import { systemClock } from "../runtime/clock.ts";
import { systemEntropy } from "../runtime/entropy.ts";
import type { Embedder, Memory } from "../runtime/memory/port.ts";
import { benchFolder } from "./bench_engine.ts";

/** Where an index is; it can be written down for another process. */
export type IndexPlace =
  | { readonly kind: "embedded"; readonly path: string }
  | { readonly kind: "qdrant"; readonly url: string; readonly collection: string };

/** The place of a new index, removed in the end with all that is in it. */
export async function newPlace(
  qdrant: string | undefined,
): Promise<{ readonly place: IndexPlace } & AsyncDisposable> {
  if (qdrant !== undefined) {
    const collection = systemEntropy.id("synapse_bench");
    const place = { kind: "qdrant", url: qdrant, collection } as const;
    const remove = async () => {
      const { removeCollections } = await import("../runtime/memory/qdrant/test_server.ts");
      await removeCollections(qdrant, apiKey(), collection);
    };
    return { place, [Symbol.asyncDispose]: remove };
  }
  const folder = await benchFolder();
  const place = { kind: "embedded", path: `${folder.path}/memory.db` } as const;
  return { place, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Opens an index with the settings that ship. Whoever measures one adapter does without the other. */
export async function openIndex(place: IndexPlace, embedder: Embedder): Promise<Memory> {
  if (place.kind === "embedded") {
    const { openEmbeddedMemory } = await import("../runtime/memory/embedded/open.ts");
    const { path } = place;
    return await openEmbeddedMemory({ path, embedder, clock: systemClock, synchronous: "full" });
  }
  const { openQdrantMemory } = await import("../runtime/memory/qdrant/open.ts");
  const { url, collection } = place;
  const key = apiKey();
  const memory = openQdrantMemory({
    url,
    ...(key === undefined ? {} : { api_key: key }),
    collection,
    embedder,
    clock: systemClock,
    entropy: systemEntropy,
  });
  await memory.check();
  return memory;
}

/** The size of an index's file in MiB; null where that is another program's affair. */
export async function fileMib(place: IndexPlace): Promise<number | null> {
  return place.kind === "embedded" ? round((await Deno.stat(place.path)).size / 2 ** 20) : null;
}

function apiKey(): string | undefined {
  return Deno.env.get("QDRANT_API_KEY");
}
