/**
 * The environment variables that Synapse reads: what each accepts, and what holds without it. A
 * variable that is empty counts as unset, because compose files and shells write it so.
 *
 * @module
 */
import { isIP } from "node:net";
import { PROTOCOL_VERSION, SPEC_VERSION } from "../version.ts";
import { labelsVariable, weightVariable } from "./cluster.ts";
import { type ConfigFault, wrongThing, wrongValue } from "./fault.ts";
import { readDatabaseUrl, readRedisUrl, shownAddress } from "./service_urls.ts";

interface Variable<T> {
  readonly about: string;
  /** What is accepted, for people. */
  readonly accepted: string;
  /** The value, or undefined when the text is not accepted. */
  readonly read: (text: string) => T | undefined;
  /** What is read when the variable is unset. */
  readonly fallback?: string;
  /** For people: what holds when it is unset and there is no fallback. */
  readonly unset?: string;
  /** Advice for a wrong value that has a well-known cause. */
  readonly advice?: (text: string) => string | null;
  /** What may be shown of a wrong value, where all of it may be secret. */
  readonly shown?: (text: string) => string;
}

const text = (accepted: string, pattern = /\S/) => ({
  accepted,
  read: (value: string) => pattern.test(value) ? value : undefined,
});

const oneOf = <const T extends string>(...values: readonly T[]) => ({
  accepted: `one of ${values.join(", ")} (in any case)`,
  read: (value: string) => values.find((known) => known === value.toLowerCase()),
});

const exactly = (version: string) => ({
  accepted: `${version}, the version of this program`,
  read: (value: string) => value === version ? value : undefined,
});

const port = {
  accepted: "a whole number from 0 to 65535; 0 takes any free port",
  read: (value: string) =>
    /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : undefined,
  advice: (value: string) =>
    value.startsWith("tcp://")
      ? "Kubernetes sets it for a Service called synapse, turn that off with enableServiceLinks: false"
      : null,
};

const url = (schemes: readonly string[], example: string) => ({
  accepted: `a URL such as ${example}`,
  read: (value: string) => {
    const parsed = URL.parse(value);
    return parsed && schemes.includes(parsed.protocol) && parsed.hostname ? value : undefined;
  },
});

/** Shorter than the pauses of a busy machine, it would end nodes that are well. */
const WATCHDOG_SECONDS_MIN = 5;
const WATCHDOG_SECONDS_MAX = 3600;

const watchdogSeconds = {
  accepted:
    `a whole number of seconds from ${WATCHDOG_SECONDS_MIN} to ${WATCHDOG_SECONDS_MAX}; 0: none`,
  read: (value: string) => {
    const seconds = /^\d{1,4}$/.test(value) ? Number(value) : NaN;
    const inRange = seconds >= WATCHDOG_SECONDS_MIN && seconds <= WATCHDOG_SECONDS_MAX;
    return inRange || seconds === 0 ? seconds : undefined;
  },
};

const httpUrl = (example: string) => url(["http:", "https:"], example);

/** The address of a service, which may hold a password. */
const address = {
  shown: shownAddress,
  advice: (value: string) =>
    value.includes("://")
      ? "Characters such as @ / ? # : and % in a name or a password are written %40 %2F %3F %23 %3A %25"
      : null,
};

/** Bech32, as long as a public key of age is at least; whoever encrypts looks at its checksum. */
const RECIPIENT = /^age1[02-9ac-hj-np-z1]{58,}$/;

const recipients = {
  accepted: "public keys of age, age1…, with commas between",
  read: (value: string) => {
    const found = value.split(",").map((one) => one.trim());
    return found.every((one) => RECIPIENT.test(one)) ? found : undefined;
  },
  advice: (value: string) =>
    /AGE-SECRET-KEY-/i.test(value)
      ? "That is a private key: keep it away from here, `age-keygen -y FILE` prints the public one"
      : null,
  shown: () => "something else",
};
const apiKey = text("text of printable characters without spaces", /^[\x21-\x7e]+$/);

/** Every variable, in the order in which the documentation lists them. */
export const VARIABLES = {
  MODE: {
    ...oneOf("local", "docker", "kubernetes"),
    fallback: "local",
    about: "How the node is run; it chooses the default of `SYNAPSE_SKILLS_DIR`",
  },
  SYNAPSE_CONFIG: {
    ...text("the path of a file that exists"),
    unset: "`config/config.yaml` if it exists",
    about: "The configuration file",
  },
  SYNAPSE_HOST: {
    accepted: "an address or host name, such as 127.0.0.1 or 0.0.0.0",
    read: (value: string) => isIP(value) !== 0 || isHostName(value) ? value : undefined,
    fallback: "127.0.0.1",
    about: "Where the node listens; one that is not loopback needs `SYNAPSE_API_KEY`",
  },
  SYNAPSE_PORT: { ...port, fallback: "8000", about: "Port of the API" },
  SYNAPSE_METRICS_PORT: { ...port, fallback: "9090", about: "Port of `/metrics`" },
  SYNAPSE_API_KEY: {
    ...text("at least 16 printable characters without spaces", /^[\x21-\x7e]{16,}$/),
    unset: "no key: loopback only",
    about: "Secret. The key that every call of the API must bring",
  },
  SYNAPSE_DATA_DIR: {
    ...text("the path of a folder"),
    fallback: "./data",
    about: "Where the journal is kept; made when it is missing",
  },
  SYNAPSE_SKILLS_DIR: {
    ...text("the path of a folder that exists"),
    unset: "`./user_skills`, or `/app/skills` in the modes docker and kubernetes",
    about: "Where the users' skills are",
  },
  SYNAPSE_NODE_ID: {
    ...text("1 to 128 letters, digits, `.`, `_` and `-`", /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    unset: "the host's name and eight random characters",
    about: "Names this process; no two may have the same",
  },
  SYNAPSE_CLUSTER_WEIGHT: {
    ...weightVariable,
    unset: "`cluster.weight` of the file",
    about: "This node's share of the partitions; 0: it serves the API and takes none",
  },
  SYNAPSE_CLUSTER_LABELS: {
    ...labelsVariable,
    unset: "`cluster.labels` of the file",
    about: "What people call this node by; shown where nodes are listed",
  },
  SYNAPSE_WATCHDOG_SECONDS: {
    ...watchdogSeconds,
    fallback: "0",
    about: "After how long without a sign of life the node ends itself, to be started anew, " +
      "see [deployment](deployment.md#a-node-that-hangs)",
  },
  LOG_LEVEL: {
    ...oneOf("debug", "info", "warn", "error"),
    fallback: "info",
    about: "The least severe log lines that are written",
  },
  LOG_FORMAT: {
    ...oneOf("json", "pretty", "auto"),
    fallback: "auto",
    about: "How log lines look; auto: pretty on a terminal, else JSON",
  },
  OPENAI_API_KEY: { ...apiKey, unset: "none", about: "Secret. Brings the provider `openai`" },
  OPENAI_BASE_URL: {
    ...httpUrl("http://127.0.0.1:11434/v1"),
    unset: "OpenAI's own",
    about: "Any server that speaks OpenAI's protocol; brings the provider `openai`",
  },
  OPENAI_MODEL: {
    ...text("a model's name"),
    unset: "see `llm.providers.<name>.default_model`",
    about: "The default model of the provider `openai`",
  },
  ANTHROPIC_API_KEY: { ...apiKey, unset: "none", about: "Secret. Brings the provider `anthropic`" },
  ANTHROPIC_BASE_URL: {
    ...httpUrl("https://gateway.example.com"),
    unset: "Anthropic's own",
    about: "Another address of the provider `anthropic`",
  },
  ANTHROPIC_MODEL: {
    ...text("a model's name"),
    unset: "see `llm.providers.<name>.default_model`",
    about: "The default model of the provider `anthropic`",
  },
  DATABASE_URL: {
    ...address,
    accepted: "sqlite:PATH, or a URL such as postgres://USER@HOST:5432/DATABASE",
    read: readDatabaseUrl,
    unset: "`sqlite:<data folder>/synapse.db`",
    about:
      "Where the journal is: a file of one node, or a Postgres (15 or newer) that many nodes share",
  },
  DB_PASSWORD: {
    ...text("text"),
    unset: "none",
    about: "Secret. The password for `DATABASE_URL`, where that has none",
  },
  REDIS_URL: {
    ...address,
    accepted: "redis://HOST:6379/0, rediss://… with TLS, redis+sentinel://HOST:26379,…/NAME " +
      "or redis+cluster://HOST:6379,…",
    read: readRedisUrl,
    unset: "streams inside the process",
    about: "The Redis (7 or newer) that carries the streams between nodes, see [Redis](redis.md)",
  },
  VECTOR_DB_URL: {
    ...httpUrl("http://HOST:6333"),
    unset: "a file beside the journal, where that is a file too",
    about: "The Qdrant that keeps what agents remember, see [memory](memory.md)",
  },
  VECTOR_DB_API_KEY: {
    ...apiKey,
    unset: "none",
    about: "Secret. The key of `VECTOR_DB_URL`",
  },
  SYNAPSE_BACKUP_RECIPIENTS: {
    ...recipients,
    unset: "backups are not encrypted",
    about: "Whom `synapse backup` encrypts to, see [backup](operations.md#backup-and-recovery)",
  },
  PROTOCOL_VERSION: {
    ...exactly(PROTOCOL_VERSION),
    fallback: PROTOCOL_VERSION,
    about: "The protocol that the deployment expects; another stops the start",
  },
  SPEC_VERSION: {
    ...exactly(SPEC_VERSION),
    fallback: SPEC_VERSION,
    about: "The specification that the deployment expects; another stops the start",
  },
  OTEL_DENO: {
    ...oneOf("true", "false"),
    fallback: "false",
    about: "Whether traces are exported, see [telemetry](telemetry.md)",
  },
} as const satisfies Record<string, Variable<unknown>>;

type VariableName = keyof typeof VARIABLES;
type ReadValue<Name extends VariableName> = NonNullable<
  ReturnType<(typeof VARIABLES)[Name]["read"]>
>;

/** The values read; undefined for what is unset and has no fallback. */
export type Environment = {
  readonly [Name in VariableName]: (typeof VARIABLES)[Name] extends { readonly fallback: string }
    ? ReadValue<Name>
    : ReadValue<Name> | undefined;
};

/** Reads all variables. What is wrong goes to `faults`, and its fallback is taken instead. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  faults: ConfigFault[],
): Environment {
  const values = Object.entries<Variable<unknown>>(VARIABLES).map(([name, variable]) => {
    const found = env[name]?.trim() ?? "";
    const value = found === "" ? undefined : readVariable(name, variable, found, faults);
    const { fallback } = variable;
    return [name, value ?? (fallback === undefined ? undefined : variable.read(fallback))];
  });
  // The table's own types say what each `read` returns; going through entries loses them.
  return Object.fromEntries(values) as Environment;
}

function readVariable(
  name: string,
  variable: Variable<unknown>,
  found: string,
  faults: ConfigFault[],
): unknown {
  const value = variable.read(found);
  if (value === undefined) {
    const advice = variable.advice?.(found);
    const wanted = variable.accepted + (advice ? `. ${advice}` : "");
    faults.push(
      variable.shown === undefined
        ? wrongValue(name, found, wanted, "environment")
        : wrongThing(name, `is ${variable.shown(found)}, wanted ${wanted}`, "environment"),
    );
  }
  return value;
}

/** Dot-separated labels; a last one of digits only would be a broken address. */
function isHostName(text: string): boolean {
  return text.length <= 253 &&
    /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i.test(text) &&
    !/(^|\.)\d+\.?$/.test(text);
}
