/**
 * Every metric: its type, labels with their values, unit, meaning and buckets. The name is `synapse_` and the property's
 * name in snake case.
 *
 * @module
 */
import { scheduleCommandSchema } from "../../actors/schedule/commands.ts";
import { sessionCommandSchema } from "../../actors/session/commands.ts";
import type { Counter, Gauge, Histogram, Info, Metrics } from "./port.ts";

/** The values of a label. */
export interface LabelValues {
  /** Those that are known beforehand. A counter has a series at 0 for each, if all its labels have any. */
  readonly known: readonly string[];
  /** The others, for people, in Markdown; empty: there are none. */
  readonly others: string;
}

/** What a metric is. */
export interface MetricDefinition<Label extends string = string> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: Readonly<Record<Label, LabelValues>>;
  readonly unit: string;
  readonly help: string;
  /** Upper bounds, of a histogram only. */
  readonly buckets: readonly number[];
}

type LabelOf<Metric> = Metric extends Info<infer Label> ? Label
  : Metric extends Counter<infer Label> ? Label
  : Metric extends Histogram<infer Label> ? Label
  : Metric extends Gauge ? never
  : never;

type Labels<Label extends string> = Readonly<Record<Label, LabelValues>>;

const oneOf = (...known: readonly string[]): LabelValues => ({ known, others: "" });

const described = (others: string): LabelValues => ({ known: [], others });

const typesOf = (
  commands: readonly { readonly shape: { readonly type: { readonly value: string } } }[],
) => commands.map(({ shape }) => shape.type.value);

const counter = <const Label extends string>(unit: string, labels: Labels<Label>, help: string) =>
  ({ type: "counter", labels, unit, help, buckets: [] }) as const;

const gauge = (unit: string, help: string) =>
  ({ type: "gauge", labels: {}, unit, help, buckets: [] }) as const;

const info = <const Label extends string>(labels: Labels<Label>, help: string) =>
  ({ type: "gauge", labels, unit: "none", help, buckets: [] }) as const;

const histogram = <const Label extends string>(
  unit: string,
  labels: Labels<Label>,
  buckets: readonly number[],
  help: string,
) => ({ type: "histogram", labels, unit, help, buckets }) as const;

/** From a quick write to a slow disk. */
const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** From a quick answer to one that waits for people or models. */
const SLOW = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Doubling up to the default bound of a commit and beyond. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

const PROVIDER = described("a name in `llm.providers`, `demo` among them");
const MODEL = described("the provider's name for the model, as it was asked for");
const SKILL = "a skill's name";
const MEMORY_OP = oneOf("remember", "recall", "forget", "list", "stats", "rebuild");

/** All of them, by the name of their property. */
export const METRIC_DEFINITIONS = {
  nodeInfo: info(
    {
      node: described("`SYNAPSE_NODE_ID`"),
      version: described("the program's version"),
      weight: described("`cluster.weight`; 0 takes no partitions"),
      labels: described("`cluster.labels` as `name=value`, by name, with commas between"),
    },
    "Always 1: what it says is in its labels",
  ),
  errorsTotal: counter(
    "errors",
    {
      kind: {
        known: [
          "internal",
          "journal_unavailable",
          "model_failed",
          "skill_failed",
          "skill_interrupted",
          "command_threw",
          "conflict",
          "streams_live_dropped",
          "streams_notice_dropped",
          "streams_answer_dropped",
          "ingress_dead",
        ],
        others: "another [error code](errors/). `command_threw`: each try; " +
          "`conflict`: an actor that the journal has otherwise than the node; `model_failed`, " +
          "`skill_failed`, `skill_interrupted`: in a session",
      },
    },
    "Errors, by kind; of the API's answers only those with a status of 500 and above",
  ),
  memoryUsageBytes: gauge("bytes", "Resident memory of the node's process"),
  memoryLimitBytes: gauge("bytes", "Memory that the node may use: the container's limit, else all"),
  llmLatencySeconds: histogram(
    "seconds",
    { provider: PROVIDER, model: MODEL },
    SLOW,
    "Time of one model call, from its start to its whole answer",
  ),
  llmRequestsTotal: counter(
    "calls",
    {
      provider: PROVIDER,
      model: MODEL,
      outcome: oneOf(
        "ok",
        "status",
        "connection",
        "stream_broken",
        "malformed",
        "deadline",
        "configuration",
        "cancelled",
        "internal",
      ),
    },
    "Model calls, each try by itself; outcome status: the provider answered with an HTTP status",
  ),
  llmTokensTotal: counter(
    "tokens",
    { provider: PROVIDER, model: MODEL, direction: oneOf("input", "output") },
    "Tokens of model calls",
  ),
  llmCostUsdTotal: counter(
    "US dollars",
    { provider: PROVIDER, model: MODEL },
    "Cost of model calls, by the prices in the configuration",
  ),
  turnsTotal: counter(
    "turns",
    { outcome: oneOf("completed", "failed", "cancelled") },
    "Turns that ended",
  ),
  turnSeconds: histogram("seconds", {}, SLOW, "Time of one turn, waiting for people included"),
  commandsTotal: counter(
    "commands",
    {
      type: oneOf(
        ...typesOf(sessionCommandSchema.options),
        ...typesOf(scheduleCommandSchema.options),
      ),
    },
    "Commands handled",
  ),
  mailboxDepth: gauge(
    "commands",
    "Commands accepted and not yet handled, in the whole journal: each node says the same",
  ),
  mailboxOldestSeconds: gauge(
    "seconds",
    "For how long the first of those has waited; 0: there is none",
  ),
  mailboxLagSeconds: histogram(
    "seconds",
    {},
    FAST,
    "Time from a command's arrival at the node that handles it to its commit",
  ),
  commitSeconds: histogram("seconds", {}, FAST, "Time of one commit"),
  commitBatchSize: histogram("actors", {}, SIZES, "Actors in one commit"),
  activeActors: gauge("actors", "Actors in memory"),
  partitionsOwned: gauge("partitions", "Partitions that this node holds"),
  leaseChangesTotal: counter(
    "changes",
    { change: oneOf("acquired", "released", "lost") },
    "Partitions taken, given up and lost",
  ),
  approvalsPending: gauge(
    "approvals",
    "Skill calls that wait for a person, in the whole journal: each node says the same",
  ),
  skillSeconds: histogram("seconds", { skill: described(SKILL) }, SLOW, "Time of one skill call"),
  skillFailuresTotal: counter(
    "calls",
    {
      skill: described(`${SKILL}; \`unknown\` where there is none of that name`),
      code: oneOf(
        "skill_not_found",
        "skill_invalid_input",
        "skill_invalid_output",
        "skill_threw",
        "skill_timeout",
        "skill_out_of_memory",
        "skill_denied_permission",
        "skill_output_too_large",
        "skill_host_died",
        "skill_cancelled",
      ),
    },
    "Skill calls that failed, by code",
  ),
  memoryOperationsTotal: counter(
    "operations",
    { op: MEMORY_OP, outcome: oneOf("ok", "unavailable", "failed") },
    "Operations of agents' memory",
  ),
  memoryOperationSeconds: histogram(
    "seconds",
    { op: MEMORY_OP },
    FAST,
    "Time of one operation of agents' memory",
  ),
  deadLetters: gauge(
    "commands",
    "Commands set aside because they make their actor throw, in the whole journal",
  ),
  backupLastSuccessTimestampSeconds: gauge(
    "seconds",
    "The stated point of the newest backup that synapse backup made of this journal, since 1970; 0: none",
  ),
  httpRequestSeconds: histogram(
    "seconds",
    {
      method: oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER"),
      route: described("a pattern such as `/api/v1/sessions/:id`; `unmatched`"),
      status: described("the HTTP status"),
    },
    [...FAST, 10, 30, 60, 300],
    "Time of one HTTP request, by the pattern of its route",
  ),
} satisfies { readonly [Name in keyof Metrics]: MetricDefinition<LabelOf<Metrics[Name]>> };

/** The name under which a metric is exported. */
export function metricName(property: string): string {
  return `synapse_${property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}
