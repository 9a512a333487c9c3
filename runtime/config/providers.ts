/**
 * From what the file and the environment say to the providers that can be called.
 *
 * @module
 */
import type { ConfigFile } from "./config_file.ts";
import type { Config, ProviderConfig, ProviderKind } from "./config_type.ts";
import type { Environment } from "./environment.ts";
import { type ConfigFault, unsetVariable, wrongValue } from "./fault.ts";
import { type LlmSection, type ProviderEntry, providerSchema } from "./file_schema.ts";
import { keyOf, type PathStep } from "./json_schema.ts";
import { nearest } from "./nearest.ts";

/** A provider that needs no entry in the file. */
interface BuiltIn {
  readonly kind: ProviderKind;
  readonly api_key_env: string | null;
  readonly default_model: string;
  /** What has to be set for it to exist. */
  readonly needs: string;
}

/** In the order in which one of them becomes the default. */
const BUILT_IN: ReadonlyMap<string, BuiltIn> = new Map([
  ["openai", {
    kind: "openai",
    api_key_env: "OPENAI_API_KEY",
    default_model: "gpt-5.5",
    needs: "OPENAI_API_KEY or OPENAI_BASE_URL",
  }],
  ["anthropic", {
    kind: "anthropic",
    api_key_env: "ANTHROPIC_API_KEY",
    default_model: "claude-sonnet-5-5",
    needs: "ANTHROPIC_API_KEY",
  }],
  ["demo", { kind: "demo", api_key_env: null, default_model: "demo", needs: "nothing" }],
]);

/** What the providers are made from. */
export interface ProviderSources {
  readonly environment: Environment;
  /** Any variable of the environment: keys may be in variables of any name. */
  readonly variable: (name: string) => string | null;
  readonly file: ConfigFile;
}

/** The section `llm`, resolved. */
export interface ResolvedLlm {
  readonly llm: Config["llm"];
  /** The providers that exist, and those with a fault of their own: a model may name these. */
  readonly names: readonly string[];
}

/** Resolves the section `llm`. What cannot be resolved goes to `faults`. */
export function resolveLlm(
  section: LlmSection,
  sources: ProviderSources,
  faults: ConfigFault[],
): ResolvedLlm {
  const providers: Record<string, ProviderConfig> = {};
  const names: string[] = [];
  for (const name of new Set([...BUILT_IN.keys(), ...Object.keys(section.providers)])) {
    const entry = Object.hasOwn(section.providers, name) ? section.providers[name] : undefined;
    const provider = resolveProvider(name, entry ?? providerSchema.parse({}), sources);
    if (provider === null) continue;
    names.push(name);
    if ("fault" in provider) faults.push(provider.fault);
    else providers[name] = provider;
  }
  const { file } = sources;
  const { default_provider = defaultProvider(providers), retry } = section;
  faults.push(
    ...checkModel(default_provider, ["llm", "default_provider"], names, file),
    ...checkRetry(retry, file),
  );
  return { llm: { default_provider, providers, retry }, names };
}

/** A fault when `model`, which is `provider/model` or `provider`, names none of these providers. */
export function checkModel(
  model: string,
  path: readonly PathStep[],
  names: readonly string[],
  file: ConfigFile,
): ConfigFault[] {
  const name = model.split("/", 1)[0] ?? model;
  if (names.includes(name)) return [];
  const builtIn = BUILT_IN.get(name);
  const meant = nearest(name, names);
  const guess = meant === null ? "" : `. Did you mean ${meant}?`;
  const advice = builtIn ? `. ${name} needs ${builtIn.needs}` : guess;
  const wanted = `a provider that exists, one of ${names.join(", ")}${advice}`;
  return [wrongValue(keyOf(path), model, wanted, file.sourceOf(path))];
}

function defaultProvider(providers: Config["llm"]["providers"]): string {
  return [...BUILT_IN.keys()].find((name) => Object.hasOwn(providers, name)) ?? "demo";
}

function checkRetry({ base_ms, max_ms }: LlmSection["retry"], file: ConfigFile): ConfigFault[] {
  if (max_ms >= base_ms) return [];
  const path = ["llm", "retry", "max_ms"];
  const wanted = `at least base_ms, which is ${base_ms}`;
  return [wrongValue(keyOf(path), max_ms, wanted, file.sourceOf(path))];
}

/** A provider, or what is wrong with it, or null when it is built in and nothing makes it exist. */
function resolveProvider(
  name: string,
  entry: ProviderEntry,
  sources: ProviderSources,
): ProviderConfig | { readonly fault: ConfigFault } | null {
  const builtIn = BUILT_IN.get(name);
  const wrong = (key: keyof ProviderEntry, wanted: string) => {
    const path = ["llm", "providers", name, key];
    return { fault: wrongValue(keyOf(path), entry[key], wanted, sources.file.sourceOf(path)) };
  };
  const kind = builtIn?.kind ?? entry.kind;
  if (kind === undefined) return wrong("kind", "one of openai, anthropic, demo");
  if (entry.kind !== undefined && entry.kind !== kind) {
    return wrong("kind", `${kind}, which is what this built-in name stands for`);
  }
  const override = overrides(name, sources.environment);
  const default_model = override.model ?? entry.default_model ?? builtIn?.default_model ??
    (kind === "demo" ? "demo" : undefined);
  if (default_model === undefined) return wrong("default_model", "a model's name");

  const { max_concurrency, timeout_ms, prices } = entry;
  const rest = { kind, default_model, max_concurrency, timeout_ms, prices };
  if (kind === "demo") return { ...rest, base_url: null, api_key: null };

  const base_url = override.base_url ?? entry.base_url ?? null;
  const keyName = entry.api_key_env ?? builtIn?.api_key_env ?? null;
  const api_key = keyName === null ? null : sources.variable(keyName);
  const callable = api_key !== null || (kind === "openai" && base_url !== null);
  if (builtIn) return callable ? { ...rest, base_url, api_key } : null;
  if (api_key === null && keyName !== null) {
    const path = ["llm", "providers", name, "api_key_env"];
    return { fault: unsetVariable(keyOf(path), keyName, sources.file.sourceOf(path)) };
  }
  if (!callable) return wrong("api_key_env", "the name of an environment variable that is set");
  return { ...rest, base_url, api_key };
}

/** What the environment says about a built-in provider; it wins over the file. */
function overrides(
  name: string,
  environment: Environment,
): { base_url?: string | undefined; model?: string | undefined } {
  switch (name) {
    case "openai":
      return { base_url: environment.OPENAI_BASE_URL, model: environment.OPENAI_MODEL };
    case "anthropic":
      return { base_url: environment.ANTHROPIC_BASE_URL, model: environment.ANTHROPIC_MODEL };
    default:
      return {};
  }
}
