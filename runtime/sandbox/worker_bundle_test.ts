import assert from "node:assert/strict";
import { bundleHeader } from "./build_worker.ts";
import script from "./worker_bundle.txt" with { type: "text" };

Deno.test("worker_bundle.txt is made from the present sources", async () => {
  const [header] = script.split("\n", 1);
  assert.equal(`${header}\n`, await bundleHeader(), "Stale: run runtime/sandbox/build_worker.ts");
});

Deno.test("worker_bundle.txt is a script that imports nothing", () => {
  assert.doesNotMatch(script, /import\.meta|\bfrom\s*["']|import\s*["'{]/);
});
