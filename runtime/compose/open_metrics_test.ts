import assert from "node:assert/strict";
import { loadConfig } from "../config.ts";
import type { JournalFigures } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { openMetrics } from "./open_metrics.ts";

const FIGURES: JournalFigures = {
  mailbox_depth: 3,
  mailbox_waits_ms: 1500,
  questions_pending: 2,
  dead_letters: 1,
  backup_taken_at: 1_700_000_000_000,
};

/** Metrics over a journal that answers when the test says so. */
function setUp() {
  const clock = new ManualClock();
  const asked: PromiseWithResolvers<JournalFigures>[] = [];
  const figures = () => {
    const question = Promise.withResolvers<JournalFigures>();
    asked.push(question);
    return question.promise;
  };
  const env = { SYNAPSE_NODE_ID: "box", SYNAPSE_CLUSTER_LABELS: "zone=a,kind=metal" };
  const config = loadConfig({ env, readFile: () => null, cwd: "/" });
  return { clock, asked, metrics: openMetrics(config, { journal: { figures }, clock }) };
}

/** The value of a metric without labels. */
function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
}

Deno.test("openMetrics() tells the figures of the journal, and what the node is", async () => {
  const { asked, metrics } = setUp();
  const scrape = metrics.render();
  asked[0]!.resolve(FIGURES);
  const text = await scrape;
  assert.equal(valueOf(text, "synapse_mailbox_depth"), 3);
  assert.equal(valueOf(text, "synapse_mailbox_oldest_seconds"), 1.5);
  assert.equal(valueOf(text, "synapse_approvals_pending"), 2);
  assert.equal(valueOf(text, "synapse_dead_letters"), 1);
  assert.equal(valueOf(text, "synapse_backup_last_success_timestamp_seconds"), 1_700_000_000);
  assert.match(text, /^synapse_node_info\{node="box",.*labels="kind=metal,zone=a"\} 1$/m);
});

Deno.test("openMetrics() has counters at 0 for each model that the configuration names", async () => {
  const file = JSON.stringify({
    llm: {
      providers: { local: { kind: "openai", base_url: "http://127.0.0.1:1", default_model: "x" } },
    },
    agents: { helper: { model: "local/big", fallbacks: ["demo", "local/big"] } },
  });
  const config = loadConfig({
    env: { SYNAPSE_CONFIG: "c.yaml" },
    readFile: () => file,
    cwd: "/",
  });
  const journal = { figures: () => Promise.resolve(FIGURES) };
  const text = await openMetrics(config, { journal, clock: new ManualClock() }).render();
  const cost = [
    ...text.matchAll(/^synapse_llm_cost_usd_total\{provider="(.+)",model="(.+)"\} 0$/gm),
  ];
  assert.deepEqual(cost.map(([, provider, model]) => `${provider}/${model}`).sort(), [
    "demo/demo",
    "local/big",
    "local/x",
  ]);
});

Deno.test("openMetrics() tells the last figures while the journal stands still, and asks it once", async () => {
  const { clock, asked, metrics } = setUp();
  const first = metrics.render();
  asked[0]!.resolve(FIGURES);
  await first;
  for (let scrape = 1; scrape <= 2; scrape++) {
    const rendered = metrics.render();
    await clock.advance(1000);
    const text = await rendered;
    assert.equal(valueOf(text, "synapse_mailbox_depth"), 3);
    assert.match(
      text,
      new RegExp(`synapse_errors_total\\{kind="journal_unavailable"\\} ${scrape}`),
    );
  }
  assert.equal(asked.length, 2);
  asked[1]!.resolve({ ...FIGURES, mailbox_depth: 9 });
  const last = metrics.render();
  asked[2]?.resolve({ ...FIGURES, mailbox_depth: 9 });
  assert.equal(valueOf(await last, "synapse_mailbox_depth"), 9);
});
