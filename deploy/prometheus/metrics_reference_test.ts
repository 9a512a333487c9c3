import assert from "node:assert/strict";
import { readSection, writeSection } from "../../docs/generated_section.ts";
import { createMetrics } from "../../runtime/telemetry/metrics.ts";
import { readAlerts, readPanels } from "./expressions.ts";
import { metricsReference, type MetricUsers } from "./metrics_reference.ts";
import { readDashboards, readHere } from "./shipped_files.ts";

const DOCUMENT = new URL("../../docs/metrics.md", import.meta.url);
const UPDATE = "UPDATE_DOCS=1 deno test -P=test deploy/prometheus/metrics_reference_test.ts";

async function users(): Promise<MetricUsers> {
  return {
    alerts: readAlerts(await readHere("alerts.yml")),
    panels: (await readDashboards()).flatMap(readPanels),
  };
}

Deno.test("metricsReference() is what docs/metrics.md says", async () => {
  const reference = metricsReference(await users());
  if (Deno.env.get("UPDATE_DOCS") === "1") {
    const text = await Deno.readTextFile(DOCUMENT);
    await Deno.writeTextFile(DOCUMENT, writeSection(text, "metrics", reference));
  }
  const written = readSection(await Deno.readTextFile(DOCUMENT), "metrics");
  assert.equal(written, reference, `docs/metrics.md is out of date, run: ${UPDATE}`);
});

Deno.test("docs/metrics.md has every metric that is exported, with its type and meaning", async () => {
  const text = await createMetrics({ limitBytes: 1 }).render();
  const exported = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)]
    .map(([, name, help, type]) => [name, `${help}.`, type]);
  const documented = [
    ...(await Deno.readTextFile(DOCUMENT))
      .matchAll(/^### (synapse_\w+)\n\n(.*(?:\n.+)*)\n\n\| Type +\| (\w+) /gm),
  ].map(([, name, help, type]) => [name, help?.replaceAll("\n", " "), type]);
  assert.ok(exported.length > 20);
  assert.deepEqual(documented, exported);
});

Deno.test("what alerts select of a counter by a value is there before it first counts", async () => {
  const text = await createMetrics({ limitBytes: 1 }).render();
  const selectors = [
    ...(await readHere("alerts.yml")).matchAll(/(synapse_\w+_total)\{(\w+)=~?"([^"]+)"\}/g),
  ];
  assert.ok(selectors.length >= 4);
  for (const [selector, name, label, values = ""] of selectors) {
    for (const value of values.split("|")) {
      assert.match(
        text,
        new RegExp(`^${name}\\{(?:.*,)?${label}="${value}"[^ ]*\\} 0$`, "m"),
        selector,
      );
    }
  }
});

Deno.test("metricsReference() links what uses a metric by any of its series, and says so if nothing does", () => {
  const panel = (title: string, ...exprs: string[]) => ({ dashboard: "Engine", title, exprs });
  const reference = metricsReference({
    alerts: [{ alert: "SlowCommits", expr: "rate(synapse_commit_seconds_bucket[5m]) > 1" }],
    panels: [
      panel("Commits", "rate(synapse_commit_seconds_count[5m])"),
      panel("Others", "synapse_commit_seconds_of_others"),
    ],
  });
  const [, commits = ""] = reference.split("### synapse_commit_seconds\n");
  const rows = commits.split("###")[0] ?? "";
  assert.match(rows, /\| Alerts +\| \[SlowCommits\]\(operations\.md#slowcommits\) +\|/);
  assert.match(rows, /\| Panels +\| _Engine_: Commits +\|/);
  const [, depth = ""] = reference.split("### synapse_mailbox_depth\n");
  assert.match(depth.split("###")[0] ?? "", /\| Alerts +\| none +\|\n\| Panels +\| none +\|/);
});
