import assert from "node:assert/strict";
import { beginModelSeries, beginSkillSeries } from "./first_series.ts";
import { createMetrics } from "./metrics.ts";

/** The lines of a metric's series. */
async function seriesOf(metrics: ReturnType<typeof createMetrics>, name: string) {
  return (await metrics.render()).split("\n").filter((line) => line.startsWith(`${name}{`));
}

Deno.test("beginModelSeries() has each model's counters at 0, and leaves what was counted", async () => {
  const metrics = createMetrics({ limitBytes: 1 });
  const model = { provider: "p", model: "m" };
  metrics.llmCostUsdTotal.inc(model, 0.5);
  beginModelSeries(metrics, [model]);
  const requests = await seriesOf(metrics, "synapse_llm_requests_total");
  assert.equal(requests.length, 9);
  assert.ok(requests.every((line) => line.endsWith(" 0")));
  assert.ok(
    requests.includes('synapse_llm_requests_total{provider="p",model="m",outcome="status"} 0'),
  );
  assert.deepEqual(await seriesOf(metrics, "synapse_llm_tokens_total"), [
    'synapse_llm_tokens_total{provider="p",model="m",direction="input"} 0',
    'synapse_llm_tokens_total{provider="p",model="m",direction="output"} 0',
  ]);
  assert.deepEqual(await seriesOf(metrics, "synapse_llm_cost_usd_total"), [
    'synapse_llm_cost_usd_total{provider="p",model="m"} 0.5',
  ]);
});

Deno.test("beginSkillSeries() has each skill's counters at 0, once", async () => {
  const metrics = createMetrics({ limitBytes: 1 });
  const begin = beginSkillSeries(metrics);
  begin(["clock"]);
  assert.deepEqual(await seriesOf(metrics, "synapse_skill_seconds_count"), [
    'synapse_skill_seconds_count{skill="clock"} 0',
  ]);
  const failures = await seriesOf(metrics, "synapse_skill_failures_total");
  assert.equal(failures.length, 10);
  assert.equal(
    failures[0],
    'synapse_skill_failures_total{skill="unknown",code="skill_not_found"} 0',
  );
  assert.ok(failures.slice(1).every((line) => /skill="clock",code="skill_\w+"\} 0$/.test(line)));

  metrics.skillSeconds.observe({ skill: "clock" }, 1);
  metrics.skillFailuresTotal.inc({ skill: "clock", code: "skill_threw" });
  begin(["clock", "late"]);
  assert.deepEqual(await seriesOf(metrics, "synapse_skill_seconds_count"), [
    'synapse_skill_seconds_count{skill="clock"} 1',
    'synapse_skill_seconds_count{skill="late"} 0',
  ]);
  const threw = 'synapse_skill_failures_total{skill="clock",code="skill_threw"} 1';
  assert.ok((await seriesOf(metrics, "synapse_skill_failures_total")).includes(threw));
});

Deno.test("series that begin at 0 stay within some hundred for each metric", async () => {
  const metrics = createMetrics({ limitBytes: 1 });
  const names = Array.from({ length: 1000 }, (_, n) => `name_${n}`);
  beginModelSeries(metrics, names.map((model) => ({ provider: "p", model })));
  const begin = beginSkillSeries(metrics);
  begin(names);
  begin(names.map((name) => `${name}_more`));
  const counts: Record<string, number> = {};
  for (
    const [, name = ""] of (await metrics.render()).matchAll(/^(synapse_(?:llm|skill)_\w+)\{/gm)
  ) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  assert.deepEqual(counts, {
    synapse_llm_requests_total: 216,
    synapse_llm_tokens_total: 48,
    synapse_llm_cost_usd_total: 24,
    synapse_skill_seconds_bucket: 384,
    synapse_skill_seconds_sum: 24,
    synapse_skill_seconds_count: 24,
    synapse_skill_failures_total: 217,
  });
});
