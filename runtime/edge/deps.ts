/**
 * What the edge is built from.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/port.ts";
import type { Entropy } from "../entropy.ts";
import type { AgentStore, DeadLetterStore, Directory } from "../journal/directory_port.ts";
import type { Nodes } from "../journal/nodes_port.ts";
import type { EventLog } from "../journal/port.ts";
import type { Limits } from "../limits.ts";
import type { Memory } from "../memory/port.ts";
import type { Skills } from "../sandbox/port.ts";
import type { LiveEvents } from "../streams/port.ts";
import type { Logger, Metrics } from "../telemetry/port.ts";
import type { HealthReport } from "./health_report.ts";

/** The metrics, and their text for whoever collects them. */
export interface MetricsSource extends Metrics {
  /** The value of the header Content-Type. */
  readonly contentType: string;
  /** All metrics in Prometheus text format. */
  render(): Promise<string>;
}

/** Everything that the edge needs; it chooses no adapter itself. */
export interface EdgeDeps {
  readonly engine: Engine;
  readonly journal:
    & Directory
    & EventLog
    & AgentStore
    & DeadLetterStore
    & Pick<Nodes, "nodes" | "requestDrain">;
  readonly live: LiveEvents;
  readonly skills: Skills;
  /** Null: there is none. */
  readonly memory: Memory | null;
  /** Names of the model providers that there are. */
  readonly providers: readonly string[];
  /** The key that every /api call needs; null: none is needed. */
  readonly api_key: string | null;
  readonly limits: Limits;
  /** How long a node may be silent before others take its partitions, in milliseconds. */
  readonly lease_ms: number;
  readonly version: string;
  /** Why the process is beyond help but by a new start, or null. */
  readonly stuck: () => string | null;
  /** How the node and its dependencies are. */
  readonly health: () => Promise<HealthReport>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly metrics: MetricsSource;
  readonly log: Logger;
}
