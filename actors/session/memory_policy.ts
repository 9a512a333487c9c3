/**
 * What an agent does with memory: what it looks for by itself, what it keeps, and who else sees it.
 *
 * @module
 */
import { z } from "zod";

/** What an item of memory is. */
export const MEMORY_KINDS = ["fact", "episode", "preference", "procedure"] as const;

/** What an item of memory is. */
export const memoryKindSchema = z.enum(MEMORY_KINDS);

/** What an item of memory is. */
export type MemoryKind = z.output<typeof memoryKindSchema>;

const recallSchema = z.strictObject({
  auto: z.boolean().default(false)
    .describe("Whether each turn begins with a look into memory for what its message is about"),
  k: z.int().min(1).max(50).default(5).describe("Items at most that such a look finds"),
  kinds: z.array(memoryKindSchema).min(1).max(MEMORY_KINDS.length).optional()
    .describe("Only items of these kinds; all unless given"),
  min_score: z.number().min(0).optional()
    .describe("Items of a lower score are left out; scores depend on the index"),
});

const rememberSchema = z.strictObject({
  skill: z.boolean().default(true).describe("Whether the skill `remember` is offered"),
  extract: z.boolean().default(false)
    .describe("Whether a model call after each turn looks for what is worth remembering"),
});

/** The shape of an agent's memory policy, with its defaults. */
export const memoryPolicySchema = z.strictObject({
  recall: recallSchema.default({ auto: false, k: 5 }),
  remember: rememberSchema.default({ skill: true, extract: false }),
  scope: z.enum(["agent", "session"]).default("agent")
    .describe("Whose memory it is: of all sessions of the agent, or of each session by itself"),
});

/** What an agent does with memory: see {@link memoryPolicySchema}. */
export type MemoryPolicy = z.output<typeof memoryPolicySchema>;

const NONE: MemoryPolicy = memoryPolicySchema.parse({});

/** An agent's policy; for one that says nothing, the defaults. */
export function memoryPolicy(
  spec: { readonly memory?: MemoryPolicy | undefined } | undefined,
): MemoryPolicy {
  return spec?.memory ?? NONE;
}
