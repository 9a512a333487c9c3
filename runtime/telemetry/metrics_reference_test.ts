import assert from "node:assert/strict";
import { readSection, writeSection } from "../../docs/generated_section.ts";
import { createMetrics } from "./metrics.ts";
import { metricsReference } from "./metrics_reference.ts";

const DOCUMENT = new URL("../../docs/telemetry.md", import.meta.url);
const UPDATE = "UPDATE_DOCS=1 deno task test runtime/telemetry/metrics_reference_test.ts";

Deno.test("metricsReference() is what docs/telemetry.md says", async () => {
  const reference = metricsReference();
  if (Deno.env.get("UPDATE_DOCS") === "1") {
    const text = await Deno.readTextFile(DOCUMENT);
    await Deno.writeTextFile(DOCUMENT, writeSection(text, "metrics", reference));
  }
  const written = readSection(await Deno.readTextFile(DOCUMENT), "metrics");
  assert.equal(written, reference, `docs/telemetry.md is out of date, run: ${UPDATE}`);
});

Deno.test("metricsReference() has every metric that is exported, with its type and meaning", async () => {
  const text = await createMetrics({ limitBytes: 1 }).render();
  const exported = [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)]
    .map(([, name, help, type]) => [`\`${name}\``, type, help]);
  const documented = metricsReference().split("\n").slice(2).map((row) => {
    const [, name, type, , , help] = row.split("|").map((cell) => cell.trim());
    return [name, type, help];
  });
  assert.ok(exported.length > 20);
  assert.deepEqual(documented, exported);
});
