/**
 * A logger and metrics that keep nothing, for tests, benchmarks and simulations.
 *
 * @module
 */
import type { Logger, Metrics } from "./port.ts";

/** Says nothing. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

const counter = { inc: () => {} };
const gauge = { set: () => {} };
const histogram = { observe: () => {}, zero: () => {} };

/** Counts nothing. */
export const silentMetrics: Metrics = {
  nodeInfo: gauge,
  errorsTotal: counter,
  memoryUsageBytes: gauge,
  memoryLimitBytes: gauge,
  llmLatencySeconds: histogram,
  llmRequestsTotal: counter,
  llmTokensTotal: counter,
  llmCostUsdTotal: counter,
  turnsTotal: counter,
  turnSeconds: histogram,
  commandsTotal: counter,
  mailboxDepth: gauge,
  mailboxOldestSeconds: gauge,
  mailboxLagSeconds: histogram,
  commitSeconds: histogram,
  commitBatchSize: histogram,
  activeActors: gauge,
  partitionsOwned: gauge,
  leaseChangesTotal: counter,
  approvalsPending: gauge,
  skillSeconds: histogram,
  skillFailuresTotal: counter,
  memoryOperationsTotal: counter,
  memoryOperationSeconds: histogram,
  deadLetters: gauge,
  backupLastSuccessTimestampSeconds: gauge,
  httpRequestSeconds: histogram,
};
