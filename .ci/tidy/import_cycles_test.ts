import assert from "node:assert/strict";
import { importCycles } from "./import_cycles.ts";

function files(graph: Record<string, string[]>) {
  return Object.entries(graph).map(([path, imports]) => ({
    path,
    text: imports.map((to) => `import type { A } from "./${to}";\n`).join(""),
  }));
}

Deno.test("importCycles() finds nothing when two ways lead to one file", () => {
  const graph = { "a.ts": ["b.ts", "c.ts"], "b.ts": ["d.ts"], "c.ts": ["d.ts"], "d.ts": [] };
  assert.deepEqual(importCycles(files(graph)), []);
});

Deno.test("importCycles() shows the way round when files import each other", () => {
  const graph = { "a.ts": ["b.ts"], "b.ts": ["c.ts"], "c.ts": ["b.ts"] };
  assert.deepEqual(importCycles(files(graph)), [
    { path: "c.ts", message: "Closes an import cycle: b.ts -> c.ts -> b.ts" },
  ]);
});

Deno.test("importCycles() finds a file that imports itself", () => {
  assert.equal(importCycles(files({ "a.ts": ["a.ts"] })).length, 1);
});
