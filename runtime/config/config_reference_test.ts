import assert from "node:assert/strict";
import { readSection, writeSection } from "../../docs/generated_section.ts";
import { configReference } from "./config_reference.ts";

const DOCUMENT = new URL("../../docs/configuration.md", import.meta.url);
const UPDATE = "UPDATE_DOCS=1 deno task test runtime/config/config_reference_test.ts";

Deno.test("configReference() is what docs/configuration.md says", async () => {
  const reference = configReference();
  if (Deno.env.get("UPDATE_DOCS") === "1") {
    const text = await Deno.readTextFile(DOCUMENT);
    await Deno.writeTextFile(DOCUMENT, writeSection(text, "reference", reference));
  }
  const written = readSection(await Deno.readTextFile(DOCUMENT), "reference");
  assert.equal(written, reference, `docs/configuration.md is out of date, run: ${UPDATE}`);
});

Deno.test("configReference() has a row for each variable, key, and key of a map by name", () => {
  const reference = configReference();
  const keys = [
    "SYNAPSE_API_KEY",
    "llm.providers.<name>.prices.<model>.input_usd_per_mtok",
    "agents.<name>.budgets.turn.tokens",
    "skills.secrets",
    "limits.idle_ms",
  ];
  for (const key of keys) assert.ok(reference.includes(`| \`${key}\``), key);
});
