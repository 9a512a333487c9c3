/**
 * The reference of the metrics, made from their definitions.
 *
 * @module
 */
import { table, type TableRow } from "../markdown_table.ts";
import { METRIC_DEFINITIONS, type MetricDefinition, metricName } from "./metric_definitions.ts";

/** A table of all metrics in Markdown. */
export function metricsReference(): string {
  const definitions = Object.entries<MetricDefinition>(METRIC_DEFINITIONS);
  const rows = definitions.map(([property, { type, labels, unit, help }]): TableRow => [
    `\`${metricName(property)}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    unit,
    help,
  ]);
  return table(["Metric", "Type", "Labels", "Unit", "Meaning"], rows);
}
