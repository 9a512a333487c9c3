import assert from "node:assert/strict";
import { parse } from "yaml";
import { METRIC_DEFINITIONS, metricName } from "../../runtime/telemetry/metric_definitions.ts";
import {
  alertAnchor,
  type Expression,
  faultsOf,
  readAlerts,
  readDashboard,
} from "./expressions.ts";
import { readDashboards, readHere } from "./shipped_files.ts";

async function expressions(): Promise<Expression[]> {
  const alerts = readAlerts(await readHere("alerts.yml"));
  return [
    ...alerts.map(({ alert, expr }) => ({ from: alert, expr })),
    ...(await readDashboards()).flatMap(readDashboard),
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

interface RuleTest {
  readonly alertname: string;
  readonly exp_alerts?: readonly unknown[];
}

Deno.test("every alert has a test in which it fires, and one in which it does not", async () => {
  const { tests } = parse(await readHere("alerts_test.yml")) as {
    tests: { alert_rule_test: RuleTest[] }[];
  };
  const all = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  const fires = ({ exp_alerts = [] }: RuleTest) => exp_alerts.length > 0;
  for (const { alert } of readAlerts(await readHere("alerts.yml"))) {
    const own = all.filter(({ alertname }) => alertname === alert);
    assert.ok(own.some(fires), `alerts_test.yml never sees ${alert} firing`);
    assert.ok(!own.every(fires), `alerts_test.yml never sees ${alert} not firing`);
  }
});

Deno.test("every alert names the section of docs/operations.md about it, and there is no other", async () => {
  const alerts = readAlerts(await readHere("alerts.yml"));
  for (const { alert, annotations } of alerts) {
    assert.equal(annotations.runbook, `docs/operations.md#${alertAnchor(alert)}`);
  }
  const manual = await readHere("../../docs/operations.md");
  const [, section = ""] = manual.split("\n### Alerts\n");
  const headings = [...(section.split("\n### ")[0] ?? "").matchAll(/^#### (.+)$/gm)];
  assert.deepEqual(headings.map(([, name]) => name), alerts.map(({ alert }) => alert));
});

Deno.test("dashboards ask the data source that is provisioned, and have ids of their own", async () => {
  const { datasources } = parse(
    await readHere("../grafana/provisioning/datasources/prometheus.yml"),
  ) as { datasources: { uid: string; type: string }[] };
  const provisioned = datasources.map(({ uid, type }) => ({ uid, type }));
  const uids = new Set<string>();
  const all = await readDashboards();
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

Deno.test("every panel says in which unit it is, and what it shows", async () => {
  for (const json of await readDashboards()) {
    const { title, description, panels } = JSON.parse(json) as {
      title: string;
      description: string;
      panels: {
        title: string;
        description?: string;
        fieldConfig: { defaults: { unit?: string } };
      }[];
    };
    assert.ok(description, title);
    for (const panel of panels) {
      assert.ok(panel.fieldConfig.defaults.unit, `${title}, ${panel.title}: unit`);
      assert.ok(panel.description, `${title}, ${panel.title}: description`);
    }
  }
});
