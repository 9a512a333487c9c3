/**
 * An item as a point of Qdrant's, and back.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { createHash } from "node:crypto";
import { z } from "zod";
import { MEMORY_KINDS, type MemoryItem } from "../port.ts";
import { documentVector, type SparseVector } from "../terms.ts";

/** The name of the vectors by which items are found by meaning. */
export const MEANING = "meaning";

/** The name of the vectors by which items are found by words. */
export const WORDS = "words";

/** An item with what it is found by. */
export interface PreparedItem {
  readonly item: MemoryItem;
  readonly point_id: string;
  readonly words: SparseVector;
  /** Of length 1; null without an embedding model. */
  readonly vector: Float32Array | null;
}

const PAYLOAD = z.object({
  id: z.string(),
  tenant: z.string(),
  agent: z.string(),
  session: z.string(),
  kind: z.enum(MEMORY_KINDS),
  text: z.string(),
  at: z.number(),
});

/** A point that stands for an item. */
export const ITEM_POINT = z.object({ id: z.string(), payload: PAYLOAD });

/**
 * The id of an item's point, the same at all times: a UUID of the kind that is its maker's affair
 * (version 8 of RFC 9562), of the first bits of a SHA-256. Two tenants' items never share one.
 */
export function pointId(tenant: string, id: string): string {
  const bytes = createHash("sha256").update(JSON.stringify([tenant, id])).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** An item ready to be stored. Its vector, if there is one, is made of its text. */
export function preparedItem(item: MemoryItem, vector: Float32Array | null): PreparedItem {
  return {
    item,
    point_id: pointId(item.tenant, item.id),
    words: documentVector(item.text),
    vector,
  };
}

/** The point of an item. Half a surrogate pair, which JSON cannot carry, is replaced in its text. */
export function pointOf({ item, point_id, words, vector }: PreparedItem): Schemas["PointStruct"] {
  const { id, tenant, agent, session, kind, text, at } = item;
  return {
    id: point_id,
    vector: {
      // A text without words, "…" say, has no such vector.
      ...(words.indices.length === 0
        ? {}
        : { [WORDS]: { indices: [...words.indices], values: [...words.values] } }),
      ...(vector === null ? {} : { [MEANING]: [...vector] }),
    },
    payload: { id, tenant, agent, session, kind, text: text.toWellFormed(), at },
  };
}
