/**
 * Every metric: its type, labels, unit, meaning and buckets. The name is `synapse_` and the property's
 * name in snake case.
 *
 * @module
 */
import type { Counter, Gauge, Histogram, Metrics } from "./port.ts";

/** What a metric is. */
export interface MetricDefinition<Label extends string = string> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly Label[];
  readonly unit: string;
  readonly help: string;
  /** Upper bounds, of a histogram only. */
  readonly buckets: readonly number[];
}

type LabelOf<Metric> = Metric extends Counter<infer Label> ? Label
  : Metric extends Histogram<infer Label> ? Label
  : Metric extends Gauge ? never
  : never;

const counter = <const Label extends string>(unit: string, labels: Label[], help: string) =>
  ({ type: "counter", labels, unit, help, buckets: [] }) as const;

const gauge = (unit: string, help: string) =>
  ({ type: "gauge", labels: [], unit, help, buckets: [] }) as const;

const histogram = <const Label extends string>(
  unit: string,
  labels: Label[],
  buckets: readonly number[],
  help: string,
) => ({ type: "histogram", labels, unit, help, buckets }) as const;

/** From a quick write to a slow disk. */
const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** From a quick answer to one that waits for people or models. */
const SLOW = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Doubling up to the default bound of a commit and beyond. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** All of them, by the name of their property. */
export const METRIC_DEFINITIONS = {
  errorsTotal: counter("errors", ["kind"], "Errors, by code"),
  memoryUsageBytes: gauge("bytes", "Resident memory of the node's process"),
  memoryLimitBytes: gauge("bytes", "Memory that the node may use: the container's limit, else all"),
  llmLatencySeconds: histogram(
    "seconds",
    ["provider", "model"],
    SLOW,
    "Time of one model call, from its start to its whole answer",
  ),
  llmRequestsTotal: counter(
    "calls",
    ["provider", "model", "outcome"],
    "Model calls, each try by itself",
  ),
  llmTokensTotal: counter(
    "tokens",
    ["provider", "model", "direction"],
    "Tokens of model calls; direction is input or output",
  ),
  llmCostUsdTotal: counter(
    "US dollars",
    ["provider", "model"],
    "Cost of model calls, by the price list",
  ),
  turnsTotal: counter("turns", ["outcome"], "Turns that ended"),
  turnSeconds: histogram("seconds", [], SLOW, "Time of one turn, waiting for people included"),
  commandsTotal: counter("commands", ["type"], "Commands handled"),
  mailboxDepth: gauge("commands", "Commands accepted and not yet handled"),
  mailboxLagSeconds: histogram(
    "seconds",
    [],
    FAST,
    "Time from a command's acceptance to its commit",
  ),
  commitSeconds: histogram("seconds", [], FAST, "Time of one commit"),
  commitBatchSize: histogram("actors", [], SIZES, "Actors in one commit"),
  activeActors: gauge("actors", "Actors in memory"),
  partitionsOwned: gauge("partitions", "Partitions that this node holds"),
  leaseChangesTotal: counter("changes", ["change"], "Partitions taken, given up and lost"),
  approvalsPending: gauge("approvals", "Skill calls that wait for a person"),
  skillSeconds: histogram("seconds", ["skill"], SLOW, "Time of one skill call"),
  skillFailuresTotal: counter("calls", ["skill", "code"], "Skill calls that failed, by code"),
  memoryOperationsTotal: counter(
    "operations",
    ["op", "outcome"],
    "Operations of agents' memory; outcome is ok, unavailable or failed",
  ),
  memoryOperationSeconds: histogram(
    "seconds",
    ["op"],
    FAST,
    "Time of one operation of agents' memory",
  ),
  deadLetters: gauge("commands", "Commands set aside because they make their actor throw"),
  httpRequestSeconds: histogram(
    "seconds",
    ["method", "route", "status"],
    [...FAST, 10, 30, 60, 300],
    "Time of one HTTP request, by the pattern of its route",
  ),
} satisfies { readonly [Name in keyof Metrics]: MetricDefinition<LabelOf<Metrics[Name]>> };

/** The name under which a metric is exported. */
export function metricName(property: string): string {
  return `synapse_${property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}
