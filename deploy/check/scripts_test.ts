import assert from "node:assert/strict";
import { findScripts } from "./scripts.ts";

Deno.test("findScripts() finds scripts by their first line, whatever their names", async () => {
  const scripts = await findScripts();
  for (const path of [".ci/run", "deploy/docker/synapse", "deploy/install.sh"]) {
    assert.ok(scripts.includes(path), path);
  }
  assert.ok(!scripts.some((path) => path.endsWith(".ts")), scripts.join());
});
