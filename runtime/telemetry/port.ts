/**
 * What the rest of the runtime may say about itself: log lines and metrics. Labels never hold an id.
 *
 * @module
 */

/** Fields of a log line: JSON values, and errors under `err`. */
export type LogFields = Record<string, unknown>;

/** A structured logger. Names the thing that happened in `message`; everything that varies is a field. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to each line. */
  child(fields: LogFields): Logger;
}

/** Counts up. */
export interface Counter<Label extends string = never> {
  inc(labels: Record<Label, string>, by?: number): void;
}

/** Goes up and down. */
export interface Gauge {
  set(value: number): void;
}

/** Is always 1: what it says is in its labels, which are set once. */
export interface Info<Label extends string> {
  set(labels: Record<Label, string>, value: 1): void;
}

/** Seconds (or sizes) by bucket. */
export interface Histogram<Label extends string = never> {
  observe(labels: Record<Label, string>, value: number): void;
}

/** One whose series can begin before their first value, because its `_count` counts something. */
export interface CountingHistogram<Label extends string> extends Histogram<Label> {
  /** Has the series at 0, whatever it was. */
  zero(labels: Record<Label, string>): void;
}

/** Every metric, as DESIGN names it: `synapse_` and the property's name in snake case. */
export interface Metrics {
  readonly nodeInfo: Info<"node" | "version" | "weight" | "labels">;
  readonly errorsTotal: Counter<"kind">;
  readonly memoryUsageBytes: Gauge;
  readonly memoryLimitBytes: Gauge;
  readonly llmLatencySeconds: Histogram<"provider" | "model">;
  readonly llmRequestsTotal: Counter<"provider" | "model" | "outcome">;
  readonly llmTokensTotal: Counter<"provider" | "model" | "direction">;
  readonly llmCostUsdTotal: Counter<"provider" | "model">;
  readonly turnsTotal: Counter<"outcome">;
  readonly turnSeconds: Histogram;
  readonly commandsTotal: Counter<"type">;
  /** Commands accepted and not yet handled. */
  readonly mailboxDepth: Gauge;
  /** For how long the one of those that was accepted first has waited. */
  readonly mailboxOldestSeconds: Gauge;
  /** Time from acceptance to commit. */
  readonly mailboxLagSeconds: Histogram;
  readonly commitSeconds: Histogram;
  /** Actors in one commit. */
  readonly commitBatchSize: Histogram;
  readonly activeActors: Gauge;
  readonly partitionsOwned: Gauge;
  readonly leaseChangesTotal: Counter<"change">;
  readonly approvalsPending: Gauge;
  readonly skillSeconds: CountingHistogram<"skill">;
  readonly skillFailuresTotal: Counter<"skill" | "code">;
  readonly memoryOperationsTotal: Counter<"op" | "outcome">;
  readonly memoryOperationSeconds: Histogram<"op">;
  readonly deadLetters: Gauge;
  /** The stated point of the newest backup, in seconds since the epoch; 0: there is none. */
  readonly backupLastSuccessTimestampSeconds: Gauge;
  readonly httpRequestSeconds: Histogram<"method" | "route" | "status">;
}
