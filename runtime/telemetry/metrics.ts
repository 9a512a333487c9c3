/**
 * The metrics of one node, in a registry of their own, as Prometheus reads them.
 *
 * @module
 */
import prometheus from "prom-client";
import { errorCode } from "../errors.ts";
import { METRIC_DEFINITIONS, type MetricDefinition, metricName } from "./metric_definitions.ts";
import type { Metrics } from "./port.ts";

/** What the metrics need from outside. */
export interface MetricsOptions {
  /** Memory that the node may use, see `memory_limit.ts`. */
  readonly limitBytes: number;
  /** Memory that it uses, read at each scrape; the resident memory of this process unless given. */
  readonly usageBytes?: () => number;
  /**
   * Called at each scrape to set the gauges that nobody keeps up to date. What it throws is counted as
   * an error, and the scrape goes on with the values there are.
   */
  readonly collect?: (metrics: Metrics) => void | Promise<void>;
}

/** Metrics that can be scraped. */
export interface ScrapedMetrics extends Metrics {
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
  /** The media type of that text. */
  readonly contentType: string;
}

/** Makes all metrics, at zero; counters have the series whose labels are known beforehand. */
export function createMetrics(options: MetricsOptions): ScrapedMetrics {
  const { limitBytes, usageBytes = residentBytes, collect } = options;
  const registry = new prometheus.Registry();
  const metrics = createAll(registry);
  metrics.memoryLimitBytes.set(limitBytes);
  return {
    ...metrics,
    contentType: registry.contentType,
    async render() {
      try {
        metrics.memoryUsageBytes.set(usageBytes());
        await collect?.(metrics);
      } catch (error) {
        metrics.errorsTotal.inc({ kind: errorCode(error) });
      }
      return await registry.metrics();
    },
  };
}

function createAll(registry: prometheus.Registry): Metrics {
  const definitions = Object.entries<MetricDefinition>(METRIC_DEFINITIONS);
  const metrics = definitions.map((
    [property, definition],
  ) => [property, createOne(registry, metricName(property), definition)]);
  // The definitions have exactly the properties and labels of Metrics; entries lose that.
  return Object.fromEntries(metrics) as Metrics;
}

/** Prometheus' own classes already have the port's methods. */
function createOne(registry: prometheus.Registry, name: string, definition: MetricDefinition) {
  const { help } = definition;
  const labelNames = Object.keys(definition.labels);
  const registers = [registry];
  switch (definition.type) {
    case "counter": {
      const counter = new prometheus.Counter({ name, help, labelNames, registers });
      for (const labels of knownLabels(definition)) counter.inc(labels, 0);
      return counter;
    }
    case "gauge":
      return new prometheus.Gauge({ name, help, labelNames, registers });
    case "histogram":
      return new prometheus.Histogram({
        name,
        help,
        labelNames,
        buckets: [...definition.buckets],
        registers,
      });
  }
}

/** Every combination of label values that is known beforehand; none if a label has no known value. */
function knownLabels({ labels }: MetricDefinition): Record<string, string>[] {
  let combinations: Record<string, string>[] = [{}];
  for (const [label, { known }] of Object.entries(labels)) {
    combinations = combinations.flatMap((others) =>
      known.map((value) => ({ ...others, [label]: value }))
    );
  }
  return combinations;
}

function residentBytes(): number {
  return Deno.memoryUsage().rss;
}
