/**
 * The PromQL of rules and dashboards, and what it takes for granted about the metrics.
 *
 * @module
 */
import { parse } from "yaml";
import { METRIC_DEFINITIONS, metricName } from "../../runtime/telemetry/metric_definitions.ts";

/** One expression, with where it is from. */
export interface Expression {
  /** The alert's name, or the dashboard's and the panel's titles. */
  readonly from: string;
  readonly expr: string;
}

/** A rule of a rules file. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A panel of a dashboard. */
export interface Panel {
  /** The title of its dashboard, without the program's name. */
  readonly dashboard: string;
  readonly title: string;
  readonly exprs: readonly string[];
}

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

/** A metric as an expression names it. */
export interface Use {
  /** With the suffix of a histogram's series, if any. */
  readonly series: string;
  /** Labels that its selector compares. */
  readonly labels: readonly string[];
}

/** Labels that come from the scrape, and the bound of a bucket. */
const SCRAPED = ["job", "instance", "le"];

/** The alerts of a rules file in YAML. */
export function readAlerts(yaml: string): AlertRule[] {
  const { groups } = parse(yaml) as { groups: { rules: AlertRule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** The panels of a dashboard in JSON. */
export function readPanels(json: string): Panel[] {
  const { title, panels } = JSON.parse(json) as Dashboard;
  const dashboard = title.replace(/^Synapse: /, "");
  return panels.map((panel) => ({
    dashboard,
    title: panel.title,
    exprs: panel.targets.map(({ expr }) => expr),
  }));
}

/** The expressions of a dashboard in JSON. */
export function readDashboard(json: string): Expression[] {
  return readPanels(json).flatMap(({ dashboard, title, exprs }) =>
    exprs.map((expr) => ({ from: `${dashboard}, ${title}`, expr }))
  );
}

/** The anchor of an alert's heading in docs/operations.md. */
export function alertAnchor(alert: string): string {
  return alert.toLowerCase();
}

/**
 * A dashboard's expression as Prometheus takes it: the times that Grafana fills in are filled in.
 *
 * @param times the range of a rate, and the time that the dashboard shows
 */
export function withTimes(expr: string, { rate, range } = { rate: "1m", range: "1h" }): string {
  return expr.replaceAll("$__rate_interval", rate).replaceAll("$__range", range);
}

/**
 * What an expression names and no node exports: metrics, series of a metric (`_bucket` of a counter, a
 * histogram without any suffix), and labels. Metrics of others (`up`, `pg_up`) are not looked at.
 */
export function faultsOf(expr: string): string[] {
  const known = knownSeries();
  const uses = readUses(expr);
  const faults: string[] = [];
  const grouped = new Set<string>(SCRAPED);
  for (const { series, labels } of uses) {
    const own = known.get(series);
    if (own === undefined) {
      faults.push(`${series} is not exported`);
      continue;
    }
    for (const label of own) grouped.add(label);
    for (const label of labels) {
      if (!own.includes(label) && !SCRAPED.includes(label)) {
        faults.push(`${series} has no label ${label}`);
      }
    }
  }
  if (faults.length > 0) return faults;
  return groupings(expr).filter((label) => !grouped.has(label))
    .map((label) => `Nothing in the expression has the label ${label}`);
}

/** Every series that a node exports, with its labels. */
function knownSeries(): Map<string, readonly string[]> {
  const series = new Map<string, readonly string[]>();
  for (const [property, { type, labels }] of Object.entries(METRIC_DEFINITIONS)) {
    const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    for (const suffix of suffixes) series.set(metricName(property) + suffix, Object.keys(labels));
  }
  return series;
}

/** The metrics that an expression names. */
export function readUses(expr: string): Use[] {
  const uses = expr.matchAll(/\b(synapse_\w+)(?:\{([^}]*)\})?/g);
  return [...uses].map(([, series = "", selector = ""]) => ({
    series,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
  }));
}

/** Labels of `by (…)`. */
function groupings(expr: string): string[] {
  return [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)]
    .flatMap(([, labels = ""]) => labels.split(","))
    .map((label) => label.trim());
}
