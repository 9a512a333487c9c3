import assert from "node:assert/strict";
import { join } from "node:path";
import { systemConfigSource } from "./system_source.ts";

Deno.test("systemConfigSource() reads files of this machine, null for those that are not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { readFile, cwd, hostName, standalone } = systemConfigSource();
    await Deno.writeTextFile(join(folder, "a.yaml"), "a: 1");
    assert.equal(readFile(join(folder, "a.yaml")), "a: 1");
    assert.equal(readFile(join(folder, "b.yaml")), null);
    assert.throws(() => readFile(folder));
    assert.deepEqual([cwd, hostName, standalone], [Deno.cwd(), Deno.hostname(), false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
