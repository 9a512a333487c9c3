import assert from "node:assert/strict";
import { parse } from "yaml";
import { METRIC_DEFINITIONS, metricName } from "../../runtime/telemetry/metric_definitions.ts";
import { type Expression, faultsOf, readAlerts, readDashboard } from "./expressions.ts";

const read = (path: string) => Deno.readTextFile(new URL(path, import.meta.url));

const DASHBOARDS = "../grafana/provisioning/dashboards/synapse/";

async function dashboards(): Promise<string[]> {
  const folder = Deno.readDir(new URL(DASHBOARDS, import.meta.url));
  const names = await Array.fromAsync(folder, ({ name }) => name);
  return await Promise.all(names.sort().map((name) => read(DASHBOARDS + name)));
}

async function expressions(): Promise<Expression[]> {
  const alerts = readAlerts(await read("alerts.yml"));
  return [
    ...alerts.map(({ alert, expr }) => ({ from: alert, expr })),
    ...(await dashboards()).flatMap(readDashboard),
  ];
}

Deno.test("every metric and label of alerts and dashboards is exported", async () => {
  const all = await expressions();
  assert.ok(all.length > 50);
  for (const { from, expr } of all) assert.deepEqual(faultsOf(expr), [], `${from}: ${expr}`);
});

Deno.test("every metric that is exported is on a dashboard or in an alert", async () => {
  const text = (await expressions()).map(({ expr }) => expr).join("\n");
  const unused = Object.keys(METRIC_DEFINITIONS).map(metricName)
    .filter((name) => !new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`).test(text));
  assert.deepEqual(unused, []);
});

Deno.test("every alert has a test of its own and is explained in docs/operations.md", async () => {
  const alerts = readAlerts(await read("alerts.yml")).map(({ alert }) => alert);
  const { tests } = parse(await read("alerts_test.yml")) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
  };
  const fired = tests.flatMap(({ alert_rule_test }) => alert_rule_test)
    .filter(({ exp_alerts }) => exp_alerts !== undefined && exp_alerts.length > 0)
    .map(({ alertname }) => alertname);
  const manual = await read("../../docs/operations.md");
  for (const alert of alerts) {
    assert.ok(fired.includes(alert), `alerts_test.yml never sees ${alert} firing`);
    assert.ok(manual.includes(`| \`${alert}\``), `docs/operations.md does not explain ${alert}`);
  }
});

Deno.test("dashboards ask the data source that is provisioned, and have ids of their own", async () => {
  const { datasources } = parse(
    await read("../grafana/provisioning/datasources/prometheus.yml"),
  ) as { datasources: { uid: string; type: string }[] };
  const provisioned = datasources.map(({ uid, type }) => ({ uid, type }));
  const uids = new Set<string>();
  const all = await dashboards();
  for (const json of all) {
    const { uid, panels } = JSON.parse(json) as {
      uid: string;
      panels: { id: number; datasource: { uid: string; type: string } }[];
    };
    uids.add(uid);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { datasource: { uid, type } } of panels) {
      assert.deepEqual({ uid, type }, provisioned[0]);
    }
  }
  assert.equal(uids.size, all.length);
});
