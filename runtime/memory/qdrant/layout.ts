/**
 * How a collection is made, and whether one that is there will do.
 *
 * @module
 */
import type { Schemas } from "@qdrant/js-client-rest";
import { z } from "zod";
import type { Embedder } from "../port.ts";
import { MEANING, WORDS } from "./point.ts";

/** Of collections made in this way. A greater number is of a newer version of this program. */
const LAYOUT = 1;

/** The model whose vectors a collection holds. */
export type Model = Pick<Embedder, "model" | "dimensions">;

/** What of a collection is looked at. */
export const COLLECTION_INFO = z.object({
  status: z.string(),
  config: z.object({
    params: z.object({
      vectors: z.unknown(),
      sparse_vectors: z.record(z.string(), z.object({ modifier: z.string().nullish() })).nullish(),
    }),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  }),
  payload_schema: z.record(z.string(), z.unknown()),
});

/** What of a collection is looked at. */
export type CollectionInfo = z.infer<typeof COLLECTION_INFO>;

const METADATA = z.object({
  layout: z.number(),
  model: z.string().nullable(),
  dimensions: z.number().nullable(),
});

/** The members of a payload by which Qdrant finds points without looking at each. */
export const PAYLOAD_INDEXES: Readonly<Record<string, Schemas["PayloadSchemaParams"]>> = {
  // Points of one tenant lie together.
  tenant: { type: "keyword", is_tenant: true },
  agent: { type: "keyword" },
  session: { type: "keyword" },
  kind: { type: "keyword" },
  at: { type: "integer", lookup: true, range: true },
};

/** What a new collection is asked to be; without a model it holds no vectors but those of words. */
export function collectionRequest(model: Model | null): Schemas["CreateCollection"] {
  const metadata = {
    layout: LAYOUT,
    model: model?.model ?? null,
    dimensions: model?.dimensions ?? null,
  };
  return {
    vectors: model === null ? {} : { [MEANING]: { size: model.dimensions, distance: "Cosine" } },
    sparse_vectors: { [WORDS]: { modifier: "idf" } },
    // One graph for each tenant in place of one for all: every question names a tenant.
    hnsw_config: { m: 0, payload_m: 16 },
    metadata: { synapse: metadata },
  };
}

/** Whether a collection was made by this program, in this way or an earlier one. */
export function isOurs(info: CollectionInfo): boolean {
  const made = METADATA.safeParse(info.config.metadata?.["synapse"]);
  return made.success && made.data.layout <= LAYOUT;
}

/**
 * Why a collection will not do for this model; null if it does. One with vectors does without a model
 * too: then items are found by words.
 */
export function layoutFault(info: CollectionInfo, model: Model | null): string | null {
  const made = METADATA.safeParse(info.config.metadata?.["synapse"]);
  if (!made.success) return "was not made by Synapse, or by a Qdrant older than 1.16";
  if (made.data.layout > LAYOUT) return "was made by a newer version of Synapse";
  if (info.config.params.sparse_vectors?.[WORDS]?.modifier !== "idf") {
    return "does not weigh words by how rare they are";
  }
  if (model === null) return null;
  const { model: held, dimensions } = made.data;
  if (held === null) return `holds no vectors, wanted those of model ${model.model}`;
  if (held === model.model && dimensions === model.dimensions) return null;
  return `holds vectors of model ${held} with ${dimensions} dimensions, ` +
    `wanted those of model ${model.model} with ${model.dimensions}`;
}

/** The indexes that a collection lacks. */
export function missingIndexes(info: CollectionInfo): string[] {
  return Object.keys(PAYLOAD_INDEXES).filter((field) => info.payload_schema[field] === undefined);
}
