/**
 * From what the file and the environment say of memory to where it is kept and how it is searched.
 *
 * @module
 */
import type { AgentSpec } from "../../actors/session/agent.ts";
import type { Config, EmbeddingsConfig, MemoryConfig } from "./config_type.ts";
import { type ConfigFault, unsetVariable, wrongValue } from "./fault.ts";
import type { MemorySection } from "./file_schema.ts";
import { keyOf } from "./json_schema.ts";
import type { ProviderSources } from "./providers.ts";

/** What memory is made from. */
export interface MemorySources extends ProviderSources {
  readonly journal: Config["journal"];
  /** Makes a path absolute. */
  readonly path: (...parts: string[]) => string;
}

/** Resolves the section `memory`. What cannot be resolved goes to `faults`. */
export function resolveMemory(
  section: MemorySection,
  sources: MemorySources,
  llm: Config["llm"],
  faults: ConfigFault[],
): MemoryConfig | null {
  const index = resolveIndex(section, sources, faults);
  const embeddings = resolveEmbeddings(section, sources, llm, faults);
  return index && { index, embeddings };
}

/** A file is one process's own: nodes that share a journal would each remember something else. */
function resolveIndex(
  { enabled }: MemorySection,
  { environment, journal, file, path }: MemorySources,
  faults: ConfigFault[],
): MemoryConfig["index"] | null {
  if (enabled === false) return null;
  const { VECTOR_DB_URL: url, VECTOR_DB_API_KEY: api_key = null } = environment;
  if (url !== undefined) return { kind: "qdrant", url, api_key };
  if (journal.kind === "sqlite") {
    return { kind: "embedded", path: path(environment.SYNAPSE_DATA_DIR, "memory.db") };
  }
  if (enabled) {
    const key = ["memory", "enabled"];
    const wanted = "VECTOR_DB_URL set, since nodes that share a journal share what they remember";
    faults.push(wrongValue(keyOf(key), enabled, wanted, file.sourceOf(key)));
  }
  return null;
}

function resolveEmbeddings(
  { embeddings }: MemorySection,
  { variable, file }: MemorySources,
  { providers }: Config["llm"],
  faults: ConfigFault[],
): EmbeddingsConfig | null {
  if (embeddings === undefined) return null;
  const { model, dimensions, base_url = null, api_key_env } = embeddings;
  const name = embeddings.provider ?? (base_url === null ? "openai" : null);
  const provider = name === null ? null : providers[name];
  if (provider !== null && provider?.kind !== "openai") {
    const path = ["memory", "embeddings", "provider"];
    const wanted = "a provider that exists, of kind openai; or base_url set";
    faults.push(wrongValue(keyOf(path), embeddings.provider, wanted, file.sourceOf(path)));
  }
  const own = api_key_env === undefined ? null : variable(api_key_env);
  if (api_key_env !== undefined && own === null) {
    const path = ["memory", "embeddings", "api_key_env"];
    faults.push(unsetVariable(keyOf(path), api_key_env, file.sourceOf(path)));
  }
  return {
    model,
    dimensions,
    base_url: base_url ?? provider?.base_url ?? null,
    api_key: own ?? provider?.api_key ?? null,
  };
}

/** The agents, with the file's policy for memory where they have none themselves. */
export function withMemoryPolicy(
  agents: Readonly<Record<string, AgentSpec>>,
  { policy }: MemorySection,
): Readonly<Record<string, AgentSpec>> {
  if (policy === undefined) return agents;
  return Object.fromEntries(
    Object.entries(agents).map(([name, spec]) => [name, { memory: policy, ...spec }]),
  );
}
