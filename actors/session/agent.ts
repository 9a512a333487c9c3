/**
 * What an agent is: the definition that a session pins when it starts.
 *
 * @module
 */
import { z } from "zod";
import { memoryPolicySchema } from "./memory_policy.ts";

/** Bounds on what may be spent; one that is absent is not bounded. */
export const budgetSchema = z.strictObject({
  tokens: z.int().positive().optional().describe("Input and output tokens together"),
  cost_usd: z.number().positive().optional().describe("US dollars, by the price list"),
  steps: z.int().positive().optional().describe("Model calls"),
  wall_ms: z.int().positive().optional().describe(
    "Milliseconds, without the time spent waiting for people",
  ),
});

/** A budget: see {@link budgetSchema}. */
export type Budget = z.output<typeof budgetSchema>;

/** The shape of an agent's definition, with the defaults of what it leaves out. */
export const agentSchema = z.strictObject({
  system: z.string().max(100_000).default("").describe("The system prompt"),
  model: z.string().min(1).max(200).optional()
    .describe("`provider/model` or `provider`; the configured default provider unless given"),
  fallbacks: z.array(z.string().min(1).max(200)).max(8).default([])
    .describe("What to call, in order, when the model cannot be had"),
  skills: z.array(z.string().min(1).max(64)).max(128).default(["*"])
    .describe("Names of the skills it may call; `*` means all"),
  max_steps: z.int().min(1).max(1000).default(32).describe("Model calls in one turn"),
  max_output_tokens: z.int().min(1).max(1_000_000).default(4096).describe("Per model call"),
  context_tokens: z.int().min(1000).max(10_000_000).default(64_000)
    .describe("Size of the window sent to the model; beyond it older turns are summarised"),
  temperature: z.number().min(0).max(2).optional(),
  budgets: z.strictObject({
    turn: budgetSchema.default({}),
    session: budgetSchema.default({}),
  }).default({ turn: {}, session: {} }),
  risk_threshold: z.int().min(0).max(6).optional()
    .describe(
      "Skill calls of this risk or more wait for approval; 6 means none does. The configured threshold unless given",
    ),
  on_busy: z.enum(["queue", "inject", "interrupt", "reject"]).default("queue")
    .describe("What happens to a message that arrives during a turn"),
  memory: memoryPolicySchema.optional()
    .describe("What it does with memory by itself: nothing unless given"),
});

/** What an agent is, all defaults filled in. */
export type AgentSpec = z.output<typeof agentSchema>;

/** An agent's name. */
export const agentNameSchema = z.string().regex(
  /^[a-z][a-z0-9_-]{0,63}$/,
  "snake or kebab case of 1 to 64 characters",
);

/** One version of an agent, as a session pins it. */
export const pinnedAgentSchema = z.object({
  name: agentNameSchema,
  version: z.int().min(1),
  spec: agentSchema,
});

/** One version of an agent. */
export type PinnedAgent = z.output<typeof pinnedAgentSchema>;

/** The built-in agent, used by a session that names none. */
export const ASSISTANT = "assistant";
