/**
 * What Prometheus and Grafana read, by promtool and by Grafana's own types.
 *
 * @module
 */
import { createMetrics } from "../../runtime/telemetry/metrics.ts";
import { dashboardTypes, schemaOfGrafana } from "../grafana/dashboard_types.ts";
import { alertTrials, UNCHANGED } from "../prometheus/alert_changes.ts";
import { readDashboard, withTimes } from "../prometheus/expressions.ts";
import { readDashboards } from "../prometheus/shipped_files.ts";
import type { Check } from "./check.ts";
import { exchange, readFile } from "./root.ts";

const FILES = ["prometheus.yml", "alerts.yml", "alerts_test.yml"] as const;

/** Expects an alert although its cause is not there. */
const QUIET_TEST = JSON.stringify({
  rule_files: ["alerts.yml"],
  tests: [{
    input_series: [{ series: 'up{job="synapse"}', values: "1x10" }],
    alert_rule_test: [{ eval_time: "5m", alertname: "SynapseDown", exp_alerts: [{}] }],
  }],
});

/** Configuration, alerts with their tests, dashboards and metrics. */
export async function monitoringChecks(): Promise<Check[]> {
  return [
    ...configChecks(),
    ...await alertChecks(),
    ...expressionChecks(),
    ...metricChecks(),
    { ...types("dashboards, by Grafana's types"), files: () => dashboards((json) => json) },
    {
      ...types("a dashboard with a misspelt key"), // Grafana itself ignores it.
      files: () => dashboards((json) => exchange(json, '"gridPos"', '"gridpos"')),
      refusal: /gridpos/,
    },
  ];
}

function promtool(name: string, ...args: string[]): Check {
  return { name, tool: "promtool", args };
}

function configChecks(): Check[] {
  return [
    { ...promtool("Prometheus", "check", "config", "prometheus.yml"), files: prometheusFiles },
    {
      ...promtool("a misspelt key of Prometheus", "check", "config", "prometheus.yml"),
      files: () => prometheusFiles("prometheus.yml", "scrape_interval:", "scrape_intervall:"),
      refusal: /scrape_intervall/,
    },
    { ...promtool("alerts", "test", "rules", "alerts_test.yml"), files: prometheusFiles },
    {
      ...promtool("an alert that does not fire", "test", "rules", "quiet_test.yml"),
      files: async () => ({ ...await prometheusFiles(), "quiet_test.yml": QUIET_TEST }),
      refusal: /FAILED/,
    },
  ];
}

/** Of the tests of an alert those pass that have it as it is, and no others. */
const ALL_CHANGES_FAIL = new RegExp(
  `^Unit Testing:\\s+${UNCHANGED.replace(".", "\\.")}\\s+SUCCESS(?![\\s\\S]*SUCCESS)`,
);

async function alertChecks(): Promise<Check[]> {
  const [alerts, tests] = await Promise.all(
    ["alerts.yml", "alerts_test.yml"].map((name) => readFile(`deploy/prometheus/${name}`)),
  );
  return alertTrials(alerts!, tests!).map(({ alert, tests, files }) => ({
    ...promtool(`${alert}, a little wrong in ${tests.length - 1} ways`, "test", "rules", ...tests),
    files: () => Promise.resolve(files),
    refusal: ALL_CHANGES_FAIL,
  }));
}

async function prometheusFiles(
  wrong?: typeof FILES[number],
  part = "",
  other = "",
): Promise<Record<string, string>> {
  const entries = await Promise.all(FILES.map(async (name) => {
    const text = await readFile(`deploy/prometheus/${name}`);
    return [name, name === wrong ? exchange(text, part, other) : text] as const;
  }));
  return Object.fromEntries(entries);
}

/** The expressions of the dashboards as rules, which promtool can read. */
function expressionChecks(): Check[] {
  const rules = (name: string) => promtool(name, "check", "rules", "rules.yml");
  return [
    {
      ...rules("expressions of dashboards"),
      files: async () => {
        const all = (await readDashboards()).flatMap(readDashboard);
        return rulesFile(all.map(({ expr }) => withTimes(expr)));
      },
    },
    {
      ...rules("an expression that is none"),
      files: () => Promise.resolve(rulesFile(["rate(up)"])),
      refusal: /expected type range vector/,
    },
  ];
}

/** YAML is a superset of JSON. */
function rulesFile(exprs: readonly string[]): Record<string, string> {
  const rules = exprs.map((expr, number) => ({ record: `panel:${number}`, expr }));
  return { "rules.yml": JSON.stringify({ groups: [{ name: "dashboards", rules }] }) };
}

function metricChecks(): Check[] {
  const lint = (name: string): Check => ({
    ...promtool(name, "check", "metrics"),
    input: "metrics",
  });
  return [
    {
      ...lint("metrics"),
      files: async () => ({ metrics: await createMetrics({ limitBytes: 1 }).render() }),
    },
    {
      ...lint("a metric without a description"),
      files: () => Promise.resolve({ metrics: "# TYPE x_total counter\nx_total 1\n" }),
      refusal: /no help text/,
    },
  ];
}

function types(name: string): Check {
  return { name, tool: "Grafana's types", args: ["dashboards.ts"] };
}

/** The dashboards as a program, of the version of Grafana that Docker Compose starts. */
async function dashboards(change: (json: string) => string): Promise<Record<string, string>> {
  const schema = schemaOfGrafana(await readFile("docker-compose.yml"));
  return { "dashboards.ts": dashboardTypes((await readDashboards()).map(change), schema) };
}
