import assert from "node:assert/strict";
import { readTree } from "./read_tree.ts";

Deno.test("readTree() reads text in order and skips what git ignores", async () => {
  const root = await Deno.makeTempDir();
  try {
    const written = ["b.ts", ".ci/run", "docs/a.md", "docs/data/c.md", "image.png"];
    const ignored = ["data/a.md", "dist/a.ts", ".git/a.md", "x/node_modules/a.ts", ".env"];
    for (const path of [...written, ...ignored]) {
      await Deno.mkdir(`${root}/${path}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, path);
    }
    assert.deepEqual(
      await readTree(root),
      [".ci/run", "b.ts", "docs/a.md", "docs/data/c.md"].map((path) => ({ path, text: path })),
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
