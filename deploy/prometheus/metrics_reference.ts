/**
 * The reference of the metrics, made from their definitions, the alerts and the dashboards.
 *
 * @module
 */
import { table, type TableRow } from "../../runtime/markdown_table.ts";
import {
  type LabelValues,
  METRIC_DEFINITIONS,
  type MetricDefinition,
  metricName,
} from "../../runtime/telemetry/metric_definitions.ts";
import { alertAnchor, type AlertRule, type Panel, readUses } from "./expressions.ts";

/** What makes use of the metrics. */
export interface MetricUsers {
  readonly alerts: readonly Pick<AlertRule, "alert" | "expr">[];
  readonly panels: readonly Panel[];
}

/** A section for each metric, in Markdown as `deno fmt` leaves it. */
export function metricsReference(users: MetricUsers): string {
  const definitions = Object.entries<MetricDefinition>(METRIC_DEFINITIONS);
  return definitions.map(([property, definition]) =>
    section(metricName(property), definition, users)
  ).join("\n\n");
}

function section(name: string, definition: MetricDefinition, users: MetricUsers): string {
  const { type, labels, unit, help, buckets } = definition;
  const rows: TableRow[] = [
    ["Unit", unit],
    ...(buckets.length === 0 ? [] : [["Buckets", buckets.join(", ")]]),
    ...Object.entries(labels).map(([label, values]) => [`Label \`${label}\``, valuesText(values)]),
    ["Alerts", alertsOf(name, users) || "none"],
    ["Panels", panelsOf(name, users) || "none"],
  ];
  return [`### ${name}`, `${help}.`, table(["Type", type], rows)].join("\n\n");
}

function valuesText({ known, others }: LabelValues): string {
  const names = known.map((value) => `\`${value}\``).join(", ");
  return [names, others].filter((text) => text !== "").join(", or ");
}

function alertsOf(name: string, { alerts }: MetricUsers): string {
  return alerts.filter(({ expr }) => uses(expr, name))
    .map(({ alert }) => `[${alert}](operations.md#${alertAnchor(alert)})`).join(", ");
}

function panelsOf(name: string, { panels }: MetricUsers): string {
  return panels.filter(({ exprs }) => exprs.some((expr) => uses(expr, name)))
    .map(({ dashboard, title }) => `_${dashboard}_: ${title}`).join("; ");
}

/** Whether an expression names a metric, by one of its series. */
function uses(expr: string, name: string): boolean {
  return readUses(expr).some(({ series }) =>
    [name, `${name}_bucket`, `${name}_sum`, `${name}_count`].includes(series)
  );
}
