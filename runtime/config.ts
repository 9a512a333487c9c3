/**
 * File and environment to one frozen value, or to a list of everything that is wrong with them.
 *
 * The environment wins over the file. The parts are in `config/`; this is the way in.
 *
 * @module
 */
import { resolve } from "node:path";
import ipaddr from "ipaddr.js";
import { resolveCluster } from "./config/cluster.ts";
import { type ConfigFile, readConfigFile } from "./config/config_file.ts";
import type { Config } from "./config/config_type.ts";
import { type Environment, readEnvironment } from "./config/environment.ts";
import { type ConfigFault, configInvalid, unsetVariable, wrongValue } from "./config/fault.ts";
import type { FileValues } from "./config/file_schema.ts";
import { readFileValues } from "./config/file_values.ts";
import { resolveMemory, withMemoryPolicy } from "./config/memory.ts";
import { journalPath } from "./config/journal_path.ts";
import { keyOf, type PathStep } from "./config/json_schema.ts";
import { checkModel, type ProviderSources, resolveLlm } from "./config/providers.ts";
import { withPassword } from "./config/service_urls.ts";
import { type Entropy, systemEntropy } from "./entropy.ts";
import { PROTOCOL_VERSION, SPEC_VERSION, VERSION } from "./version.ts";

export type {
  Config,
  EmbeddingsConfig,
  MemoryConfig,
  Mode,
  PostgresConfig,
  Price,
  ProviderConfig,
  ProviderKind,
  SqliteConfig,
} from "./config/config_type.ts";
export { configReference } from "./config/config_reference.ts";
export { describeConfig } from "./config/describe_config.ts";

/** Where a configuration is read from; `config/system_source.ts` has that of this process. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of a file, or null when there is none. What it throws becomes a fault. */
  readonly readFile: (path: string) => string | null;
  /** What relative paths are relative to. Absolute. */
  readonly cwd: string;
  /** Part of the default node id; the variable HOSTNAME unless given. */
  readonly hostName?: string;
  /** Whether log lines go to a terminal. */
  readonly terminal?: boolean;
  /** Whether the program is a binary of `deno compile`. */
  readonly standalone?: boolean;
  readonly entropy?: Entropy;
}

/**
 * Reads and checks everything.
 *
 * @throws {SynapseError} `config_invalid`; its message has one line for each fault, and its data holds
 * them as `faults`
 */
export function loadConfig(source: ConfigSource): Config {
  const faults: ConfigFault[] = [];
  const environment = readEnvironment(source.env, faults);
  checkHttp(environment, faults);
  checkTraces(environment, source, faults);
  const { readFile, cwd } = source;
  const file = readConfigFile({ named: environment.SYNAPSE_CONFIG, readFile, cwd }, faults);
  const values = readFileValues(file, faults);
  const config = values && resolveConfig(source, environment, file, values, faults);
  if (config === null || faults.length > 0) throw configInvalid(faults);
  return deepFreeze(config);
}

function resolveConfig(
  source: ConfigSource,
  environment: Environment,
  file: ConfigFile,
  values: FileValues,
  faults: ConfigFault[],
): Config {
  checkVersions(values, file, faults);
  const variable = (name: string) => source.env[name]?.trim() || null;
  const sources: ProviderSources = { environment, variable, file };
  const { llm, names } = resolveLlm(values.llm, sources, faults);
  checkAgents(values.agents, names, file, faults);
  const path = (...parts: string[]) => resolve(source.cwd, ...parts);
  const { timeout_ms, memory_mb, pool_size, workspace } = values.skills;
  const container = environment.MODE !== "local";
  const journal = resolveJournal(environment, values.journal, path);
  const memory = resolveMemory(values.memory, { ...sources, journal, path }, llm, faults);
  return {
    system: {
      name: values.system.name,
      version: VERSION,
      protocol_version: PROTOCOL_VERSION,
      spec_version: SPEC_VERSION,
    },
    mode: environment.MODE,
    node_id: environment.SYNAPSE_NODE_ID ?? defaultNodeId(source),
    watchdog_ms: environment.SYNAPSE_WATCHDOG_SECONDS * 1000 || null,
    http: {
      host: environment.SYNAPSE_HOST,
      port: environment.SYNAPSE_PORT,
      metrics_port: environment.SYNAPSE_METRICS_PORT,
      api_key: environment.SYNAPSE_API_KEY ?? null,
    },
    data_dir: path(environment.SYNAPSE_DATA_DIR),
    skills_dir: path(environment.SYNAPSE_SKILLS_DIR ?? (container ? "/app/skills" : "user_skills")),
    skills_dir_required: environment.SYNAPSE_SKILLS_DIR !== undefined,
    log: { level: environment.LOG_LEVEL, format: logFormat(environment, source) },
    llm,
    security: values.security,
    agents: withMemoryPolicy(values.agents, values.memory),
    agents_declared: Object.keys(file.values.agents ?? {}),
    skills: {
      timeout_ms,
      memory_mb,
      pool_size,
      workspace: workspace ? path(workspace) : path(environment.SYNAPSE_DATA_DIR, "workspace"),
      secrets: resolveSecrets(values.skills.secrets, sources, faults),
    },
    journal,
    memory,
    redis: environment.REDIS_URL === undefined
      ? null
      : { url: environment.REDIS_URL, namespace: values.redis.namespace },
    cluster: resolveCluster(values.cluster, { environment, file, journal }, faults),
    backup: { recipients: environment.SYNAPSE_BACKUP_RECIPIENTS ?? [] },
    limits: values.limits,
    traces: { enabled: environment.OTEL_DENO === "true" },
  };
}

/** Which journal, and how. A file is relative to the working folder. */
function resolveJournal(
  { DATABASE_URL, DB_PASSWORD, SYNAPSE_DATA_DIR }: Environment,
  settings: FileValues["journal"],
  path: (...parts: string[]) => string,
): Config["journal"] {
  if (DATABASE_URL === undefined) {
    const data_dir = path(SYNAPSE_DATA_DIR);
    return { kind: "sqlite", path: journalPath({ data_dir }), ...settings };
  }
  if (DATABASE_URL.kind === "sqlite") {
    return { kind: "sqlite", path: path(DATABASE_URL.path), ...settings };
  }
  const { url } = DATABASE_URL;
  const full = DB_PASSWORD === undefined ? url : withPassword(url, DB_PASSWORD);
  return { kind: "postgres", url: full, ...settings };
}

/** Whoever can reach a node that asks for no key can do everything. */
function checkHttp(environment: Environment, faults: ConfigFault[]): void {
  const { SYNAPSE_HOST: host, SYNAPSE_PORT: port, SYNAPSE_METRICS_PORT: metrics } = environment;
  const keyless = environment.SYNAPSE_API_KEY === undefined &&
    !faults.some(({ key }) => key === "SYNAPSE_API_KEY");
  if (!isLoopback(host) && keyless) {
    const wanted = "a loopback address such as 127.0.0.1, or SYNAPSE_API_KEY set";
    faults.push(wrongValue("SYNAPSE_HOST", host, wanted, "environment"));
  }
  if (port === metrics && port !== 0) {
    const wanted = "another port than SYNAPSE_PORT";
    faults.push(wrongValue("SYNAPSE_METRICS_PORT", metrics, wanted, "environment"));
  }
}

/** `deno compile` decides for good whether a binary exports traces; ours do not. */
function checkTraces(
  { OTEL_DENO }: Environment,
  { standalone }: ConfigSource,
  faults: ConfigFault[],
): void {
  if (standalone !== true || OTEL_DENO !== "true") return;
  const wanted = "false, as a binary cannot export traces; the bundle synapse.js and the image can";
  faults.push(wrongValue("OTEL_DENO", OTEL_DENO, wanted, "environment"));
}

function isLoopback(host: string): boolean {
  if (!ipaddr.isValid(host)) return /^localhost\.?$/i.test(host);
  return ipaddr.process(host).range() === "loopback";
}

function checkVersions({ system }: FileValues, file: ConfigFile, faults: ConfigFault[]): void {
  const check = (key: "version" | "protocol_version", accepted: readonly string[]) => {
    const found = system[key];
    if (found === undefined || accepted.includes(found)) return;
    const path = ["system", key];
    const wanted = `${accepted.join(" or ")}, which is what this program is`;
    faults.push(wrongValue(keyOf(path), found, wanted, file.sourceOf(path)));
  };
  check("version", [VERSION, SPEC_VERSION]);
  check("protocol_version", [PROTOCOL_VERSION]);
}

function checkAgents(
  agents: FileValues["agents"],
  providers: readonly string[],
  file: ConfigFile,
  faults: ConfigFault[],
): void {
  for (const [name, { model, fallbacks }] of Object.entries(agents)) {
    const check = (model: string, ...path: PathStep[]) =>
      faults.push(...checkModel(model, ["agents", name, ...path], providers, file));
    if (model !== undefined) check(model, "model");
    fallbacks.forEach((fallback, index) => check(fallback, "fallbacks", index));
  }
}

function resolveSecrets(
  names: FileValues["skills"]["secrets"],
  { variable, file }: ProviderSources,
  faults: ConfigFault[],
): Record<string, string> {
  const secrets: Record<string, string> = {};
  for (const [name, variableName] of Object.entries(names)) {
    const value = variable(variableName);
    if (value !== null) secrets[name] = value;
    else {
      const path = ["skills", "secrets", name];
      faults.push(unsetVariable(keyOf(path), variableName, file.sourceOf(path)));
    }
  }
  return secrets;
}

function defaultNodeId({ hostName, env, entropy = systemEntropy }: ConfigSource): string {
  const host = (hostName ?? env.HOSTNAME ?? "").replaceAll(/[^A-Za-z0-9._-]/g, "-").slice(0, 100);
  return `${host.replace(/^[._-]+/, "") || "node"}-${entropy.id("node").slice(-8)}`;
}

function logFormat({ LOG_FORMAT }: Environment, { terminal }: ConfigSource): "json" | "pretty" {
  return LOG_FORMAT === "auto" ? (terminal ? "pretty" : "json") : LOG_FORMAT;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
