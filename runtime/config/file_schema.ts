/**
 * The shape of the configuration file: every key, its default, its range. The documentation and the
 * words of the faults are made from it.
 *
 * @module
 */
import { z } from "zod";
import { agentNameSchema, agentSchema } from "../../actors/session/agent.ts";
import { memoryPolicySchema } from "../../actors/session/memory_policy.ts";
import { SKILL_TIMEOUT_MS } from "../../skills/skill.ts";
import { limitsSchema } from "../limits.ts";
import { clusterSchema } from "./cluster.ts";

/** `accepted` says in words what no JSON Schema says. */
const words = (accepted: string) => ({ accepted });

const whole = (low: number, high: number) => z.int().min(low).max(high);

const httpUrl = z.string().refine((text) => {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "";
}).meta(words("a URL http://… or https://…"));

const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
  .meta(words("the name of an environment variable, such as MY_API_KEY (not the key itself)"));

const host = z.string().regex(/^[^\s/@]+$/)
  .meta(words("a host name or an address, without scheme or path"));

const priceSchema = z.strictObject({
  input_usd_per_mtok: z.number().min(0).describe("US dollars for a million input tokens"),
  output_usd_per_mtok: z.number().min(0).describe("US dollars for a million output tokens"),
});

/** One entry of `llm.providers`. */
export const providerSchema = z.strictObject({
  kind: z.enum(["openai", "anthropic", "demo"]).optional()
    .describe("The protocol it speaks; the built-in names know theirs"),
  base_url: httpUrl.optional().describe("Its address; the kind's public one unless given"),
  api_key_env: environmentName.optional()
    .describe(
      "The environment variable that holds its key; `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` for the built-in names",
    ),
  default_model: z.string().min(1).max(200).optional()
    .describe(
      "The model of an agent that names only the provider; the built-in names have one, `gpt-5.5` and `claude-sonnet-5-5`",
    ),
  max_concurrency: whole(1, 10_000).default(16)
    .describe("Calls under way at once; the others wait"),
  timeout_ms: whole(10, 3_600_000).default(120_000)
    .describe("Milliseconds after which a call is given up"),
  prices: z.record(z.string().min(1), priceSchema).default({})
    .describe("By model; a model without a price costs nothing"),
});

/** One entry of `llm.providers`, as written. */
export type ProviderEntry = z.output<typeof providerSchema>;

const providerName = z.string().regex(
  /^[a-z][a-z0-9_-]{0,63}$/,
  "snake or kebab case of 1 to 64 characters",
);

const secretName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "letters, digits and _");

const retrySchema = z.strictObject({
  attempts: whole(1, 20).default(3).describe("Tries of a call at one provider, the first included"),
  base_ms: whole(0, 60_000).default(250).describe(
    "Milliseconds before the second try; then it doubles",
  ),
  max_ms: whole(0, 600_000).default(20_000).describe("The longest wait, in milliseconds"),
});

const llmSchema = z.strictObject({
  default_provider: providerName.optional()
    .describe(
      "For agents that name no model; else the first that exists of openai, anthropic, demo",
    ),
  providers: z.record(providerName, providerSchema).default({})
    .describe("Providers besides `demo`, and changes to the built-in `openai` and `anthropic`"),
  retry: retrySchema.prefault({}),
});

/** The shape of `llm`, as written. */
export type LlmSection = z.output<typeof llmSchema>;

const skillsSchema = z.strictObject({
  timeout_ms: whole(1, 3_600_000).default(SKILL_TIMEOUT_MS)
    .describe("Milliseconds for a call of a skill that says nothing itself"),
  memory_mb: whole(16, 65_536).default(128).describe("Memory of one skill host, in MiB"),
  pool_size: whole(1, 64).default(2).describe("Skill hosts kept warm"),
  workspace: z.string().min(1).optional()
    .describe("The folder that the file skills work in; `<data folder>/workspace` unless given"),
  secrets: z.record(secretName, environmentName).default({})
    .describe(
      "The secrets that skills may declare, each by the environment variable that holds it",
    ),
});

const memorySchema = z.strictObject({
  enabled: z.boolean().optional()
    .describe(
      "Whether agents remember; unless given, they do where `VECTOR_DB_URL` is set or the journal is a file",
    ),
  embeddings: z.strictObject({
    provider: providerName.optional().describe(
      "The provider, of kind openai, whose address and key are used; `openai` unless `base_url` is given",
    ),
    model: z.string().min(1).max(200).describe("The embedding model's name"),
    dimensions: whole(8, 8192).describe("The size of its vectors"),
    base_url: httpUrl.optional().describe("Its address; the provider's unless given"),
    api_key_env: environmentName.optional()
      .describe("The environment variable that holds its key; the provider's key unless given"),
  }).optional().describe(
    "The model that makes vectors of texts, over OpenAI's protocol; without one, memory is looked through by words only",
  ),
  policy: memoryPolicySchema.optional()
    .describe("What agents of this file do with memory that say nothing of it themselves"),
});

/** The section `memory`, as written. */
export type MemorySection = z.output<typeof memorySchema>;

/** The whole file. */
export const fileSchema = z.strictObject({
  system: z.strictObject({
    name: z.string().min(1).max(100).default("Synapse").describe("What the deployment is called"),
    version: z.string().optional()
      .describe(
        "The version that the deployment expects (`3.1` or `3.1.0`); another stops the start",
      )
      .meta(words('a version in quotes, such as "3.1"')),
    protocol_version: z.string().optional()
      .describe("As `PROTOCOL_VERSION`").meta(words('a version in quotes, such as "1.0"')),
  }).prefault({}),
  llm: llmSchema.prefault({}),
  security: z.strictObject({
    require_approval_for_risk: whole(0, 6).default(3)
      .describe("Skill calls of this risk or more wait for a person; 6: none does"),
    allow_private_addresses: z.array(host).max(256).default([])
      .describe("Hosts that skills may reach although their address is private"),
  }).prefault({}),
  agents: z.record(agentNameSchema, agentSchema).default({})
    .describe("Agents by name; `assistant` is built in and may be changed here"),
  skills: skillsSchema.prefault({}),
  memory: memorySchema.prefault({}),
  journal: z.strictObject({
    synchronous: z.enum(["full", "normal"]).default("full")
      .describe(
        "full: a commit survives the loss of power; normal: it survives the loss of the process. A Postgres goes by its own settings",
      ),
    partitions: whole(1, 4096).default(128)
      .describe("Slices of all actors; fixed when the journal is created"),
  }).prefault({}),
  redis: z.strictObject({
    namespace: z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/).default("synapse")
      .meta(words("1 to 63 of a-z, 0-9, _ and -, a letter first"))
      .describe("The first part of every key in Redis; each Synapse on one database needs its own"),
  }).prefault({}),
  cluster: clusterSchema.prefault({}),
  limits: limitsSchema.prefault({}),
});

/** The file's values with its defaults. */
export type FileValues = z.output<typeof fileSchema>;
