import assert from "node:assert/strict";
import { faultsOf, readAlerts, readDashboard, withTimes } from "./expressions.ts";

Deno.test("faultsOf() finds nothing wrong with metrics, series and labels that there are", () => {
  for (
    const expr of [
      'up{job="synapse"} == 0',
      "sum by (instance, kind) (rate(synapse_errors_total[5m]))",
      'sum(rate(synapse_lease_changes_total{change=~"acquired|lost", instance="n1"}[5m]))',
      "histogram_quantile(0.5, sum by (le, provider) (rate(synapse_llm_latency_seconds_bucket[1m])))",
      "rate(synapse_commit_batch_size_sum[1m]) / rate(synapse_commit_batch_size_count[1m])",
    ]
  ) {
    assert.deepEqual(faultsOf(expr), [], expr);
  }
});

Deno.test("faultsOf() finds a metric that no node exports", () => {
  assert.deepEqual(faultsOf("rate(synapse_error_total[5m])"), [
    "synapse_error_total is not exported",
  ]);
});

Deno.test("faultsOf() finds a series that the metric's type does not have", () => {
  assert.deepEqual(faultsOf("synapse_turn_seconds"), ["synapse_turn_seconds is not exported"]);
  assert.deepEqual(faultsOf("synapse_dead_letters_bucket"), [
    "synapse_dead_letters_bucket is not exported",
  ]);
});

Deno.test("faultsOf() finds labels that the metric does not have, compared or grouped by", () => {
  assert.deepEqual(faultsOf('synapse_turns_total{result!="ok", outcome="failed"}'), [
    "synapse_turns_total has no label result",
  ]);
  assert.deepEqual(faultsOf("sum by (instance, model) (rate(synapse_turns_total[5m]))"), [
    "Nothing in the expression has the label model",
  ]);
});

Deno.test("readAlerts() reads the rules of all groups", () => {
  const yaml = `groups:
  - { name: a, rules: [{ alert: A, expr: up == 0 }] }
  - { name: b, rules: [{ alert: B, expr: up == 1 }] }`;
  assert.deepEqual(readAlerts(yaml).map(({ alert }) => alert), ["A", "B"]);
});

Deno.test("readDashboard() reads every target, with where it is", () => {
  const json = JSON.stringify({
    title: "Engine",
    panels: [{ title: "Turns", targets: [{ expr: "a" }, { expr: "b" }] }],
  });
  assert.deepEqual(readDashboard(json), [
    { from: "Engine, Turns", expr: "a" },
    { from: "Engine, Turns", expr: "b" },
  ]);
});

Deno.test("withTimes() fills in the times of Grafana", () => {
  assert.equal(
    withTimes("rate(a[$__rate_interval]) + increase(a[$__range])"),
    "rate(a[1m]) + increase(a[1h])",
  );
});
