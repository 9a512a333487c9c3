/**
 * The shape of what goes over HTTP about memory.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { agentNameSchema } from "../../actors/session/agent.ts";
import { memoryKindSchema } from "../../actors/session/memory_policy.ts";
import { RECALL_QUERY_CHARS_MAX } from "../../actors/session/memory_request.ts";
import { pageQuerySchema } from "./schemas.ts";
import { moment, time } from "./value_schemas.ts";

/** Something that is remembered. */
export const memoryItemSchema = z.object({
  id: z.string().openapi({ example: "mem_6f1d0c0b8f3e4b7a9d2c5e8f1a4b7c0d" }),
  agent: z.string().describe(
    "Whose it is; `agent/session` where the agent's memory is each session's own",
  ),
  session: z.string().describe("Where it comes from"),
  kind: memoryKindSchema,
  text: z.string(),
  at: time.describe("When it was noted"),
  score: z.number().nullable().describe(
    "How well it answers `q`, comparable within one answer; null in a list",
  ),
}).openapi("MemoryItem");

/** A page of items, or the best of them. */
export const memoryListSchema = z.object({
  items: z.array(memoryItemSchema),
  next: z.string().nullable(),
}).openapi("MemoryList");

const filterShape = {
  agent: z.string().min(1).max(300).optional().describe("Only this agent's"),
  session: z.string().min(1).max(300).optional().describe("Only what comes from this session"),
  kind: memoryKindSchema.optional(),
  before: moment.optional().describe("Only what was noted before"),
};

/** The query of GET /api/v1/memory. */
export const memoryQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  ...filterShape,
  q: z.string().trim().min(1).max(RECALL_QUERY_CHARS_MAX).optional()
    .describe("What to look for; without it all items are listed, newest first"),
  mode: z.enum(["hybrid", "lexical", "dense"]).optional().describe(
    "How to look; both ways unless given",
  ),
});

/** The query of DELETE /api/v1/memory: what is left out restricts nothing, but not everything may be. */
export const forgetQuerySchema = z.strictObject(filterShape).refine(
  (filter) => Object.values(filter).some((value) => value !== undefined),
  "Wanted at least one of agent, session, kind, before",
);

/** What was forgotten. */
export const forgottenSchema = z.object({
  forgotten: z.int().describe("How many items memory no longer has"),
}).openapi("MemoryForgotten");

/** Figures of memory. */
export const memoryStatsSchema = z.object({
  carrier: z.string().describe("What it is kept in"),
  items: z.int(),
  by_kind: z.record(memoryKindSchema, z.int()),
  dense: z.boolean().describe("Whether items are also found by meaning"),
}).openapi("MemoryStats");

/** The query of POST /api/v1/memory/reindex. */
export const reindexQuerySchema = z.strictObject({
  tenant: agentNameSchema.optional().describe(
    "Only this tenant's items are replaced; the whole index unless given",
  ),
});
