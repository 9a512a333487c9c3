import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import { METRIC_DEFINITIONS, metricName } from "./metric_definitions.ts";
import { createMetrics } from "./metrics.ts";

/** The names that dashboards and alerts rely on. */
const NAMES = [
  "synapse_active_actors",
  "synapse_approvals_pending",
  "synapse_backup_last_success_timestamp_seconds",
  "synapse_commands_total",
  "synapse_commit_batch_size",
  "synapse_commit_seconds",
  "synapse_dead_letters",
  "synapse_errors_total",
  "synapse_http_request_seconds",
  "synapse_lease_changes_total",
  "synapse_llm_cost_usd_total",
  "synapse_llm_latency_seconds",
  "synapse_llm_requests_total",
  "synapse_llm_tokens_total",
  "synapse_mailbox_depth",
  "synapse_mailbox_lag_seconds",
  "synapse_mailbox_oldest_seconds",
  "synapse_memory_limit_bytes",
  "synapse_memory_operation_seconds",
  "synapse_memory_operations_total",
  "synapse_memory_usage_bytes",
  "synapse_node_info",
  "synapse_partitions_owned",
  "synapse_skill_failures_total",
  "synapse_skill_seconds",
  "synapse_turn_seconds",
  "synapse_turns_total",
];

Deno.test("metricName() gives the names that dashboards rely on", () => {
  assert.deepEqual(Object.keys(METRIC_DEFINITIONS).map(metricName).sort(), NAMES);
});

Deno.test("METRIC_DEFINITIONS have rising buckets, and units that fit their names", () => {
  for (const [property, { type, unit, buckets }] of Object.entries(METRIC_DEFINITIONS)) {
    const name = metricName(property);
    const bounds: readonly number[] = buckets;
    assert.deepEqual(bounds.toSorted((a, b) => a - b), bounds, name);
    assert.equal(new Set(bounds).size, bounds.length, name);
    assert.equal(bounds.length > 0, type === "histogram", name);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    assert.equal(name.endsWith("_seconds"), unit === "seconds", name);
    assert.equal(name.endsWith("_bytes"), unit === "bytes", name);
  }
});

Deno.test("render() has what was counted, set and observed", async () => {
  const metrics = createMetrics({ limitBytes: 4096, usageBytes: () => 1024 });
  metrics.llmTokensTotal.inc({ provider: "demo", model: "m", direction: "input" }, 5);
  metrics.llmTokensTotal.inc({ provider: "demo", model: "m", direction: "input" });
  metrics.mailboxDepth.set(3);
  metrics.commitBatchSize.observe({}, 3);
  metrics.httpRequestSeconds.observe({ method: "GET", route: "/health", status: "200" }, 0.002);
  const lines = (await metrics.render()).split("\n");
  const wanted = [
    'synapse_llm_tokens_total{provider="demo",model="m",direction="input"} 6',
    "synapse_mailbox_depth 3",
    'synapse_commit_batch_size_bucket{le="2"} 0',
    'synapse_commit_batch_size_bucket{le="4"} 1',
    "synapse_commit_batch_size_sum 3",
    'synapse_http_request_seconds_count{method="GET",route="/health",status="200"} 1',
    "synapse_memory_usage_bytes 1024",
    "synapse_memory_limit_bytes 4096",
    "synapse_turn_seconds_count 0",
  ];
  for (const line of wanted) assert.ok(lines.includes(line), line);
  assert.match(metrics.contentType, /^text\/plain; version=0\.0\.4/);
});

Deno.test("render() reads this process's memory unless told otherwise", async () => {
  const text = await createMetrics({ limitBytes: 1 }).render();
  const bytes = Number(/^synapse_memory_usage_bytes (\d+)$/m.exec(text)?.[1]);
  assert.ok(bytes > 1_000_000, String(bytes));
});

Deno.test("render() asks for gauges at each scrape", async () => {
  let depth = 0;
  const metrics = createMetrics({
    limitBytes: 1,
    collect: async ({ mailboxDepth }) => mailboxDepth.set(++depth),
  });
  assert.match(await metrics.render(), /^synapse_mailbox_depth 1$/m);
  assert.match(await metrics.render(), /^synapse_mailbox_depth 2$/m);
});

Deno.test("render() counts an error and goes on when a gauge cannot be read", async () => {
  const metrics = createMetrics({
    limitBytes: 1,
    collect: () => Promise.reject(new SynapseError("journal_unavailable", "Disk is full")),
  });
  assert.match(await metrics.render(), /^synapse_errors_total\{kind="journal_unavailable"\} 1$/m);
});

Deno.test("createMetrics() begins at 0 with each series of a counter whose labels are known", async () => {
  const text = await createMetrics({ limitBytes: 1 }).render();
  const counters = [...text.matchAll(/^(synapse_\w+_total)\{(.*)\} (\d+)$/gm)];
  const of = (name: string) => counters.filter(([, found]) => found === name);
  assert.deepEqual(of("synapse_lease_changes_total").map(([line]) => line), [
    'synapse_lease_changes_total{change="acquired"} 0',
    'synapse_lease_changes_total{change="released"} 0',
    'synapse_lease_changes_total{change="lost"} 0',
  ]);
  assert.equal(of("synapse_memory_operations_total").length, 6 * 3);
  assert.ok(text.includes('\nsynapse_errors_total{kind="journal_unavailable"} 0\n'));
  assert.deepEqual(of("synapse_skill_failures_total"), [], "which skills there are is not known");
  assert.ok(counters.every(([, , , value]) => value === "0"));
});

Deno.test("createMetrics() makes metrics that share nothing", async () => {
  const [one, other] = [createMetrics({ limitBytes: 1 }), createMetrics({ limitBytes: 1 })];
  one.turnsTotal.inc({ outcome: "completed" });
  assert.match(await one.render(), /^synapse_turns_total\{outcome="completed"\} 1$/m);
  assert.match(await other.render(), /^synapse_turns_total\{outcome="completed"\} 0$/m);
});
