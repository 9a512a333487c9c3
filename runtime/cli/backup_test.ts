import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { runCli } from "./fake_node.ts";

/** Lends the environment of an installation in a folder of its own. */
async function withFolder(
  use: (env: Record<string, string>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use({ SYNAPSE_DATA_DIR: `${folder}/data` }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("backup, restore and migrate-store pass one journal on, and say what they did", async () => {
  await withFolder(async (env, folder) => {
    assert.equal((await runCli(["migrate"], { env })).exit, EXIT.ok);
    const to = `${folder}/backups`;
    const text = await runCli(["backup", "--to", to], { env });
    assert.equal(text.exit, EXIT.ok, text.stderr);
    assert.match(
      text.stdout,
      /^Wrote .*: 0 actors with 0 events, \d+ bytes\nEverything acknowledged/,
    );
    const json = await runCli(["backup", "--to", to, "--keep", "1", "--json"], { env });
    const { path, removed } = JSON.parse(json.stdout);
    assert.equal(removed.length, 1);

    const target = { SYNAPSE_DATA_DIR: `${folder}/new` };
    const restored = await runCli(["restore", path, "--json"], { env: target });
    assert.equal(restored.exit, EXIT.ok, restored.stderr);
    const said = JSON.parse(restored.stdout);
    assert.deepEqual([said.ok, said.store, said.memory_restored], [
      true,
      `${folder}/new/synapse.db`,
      false,
    ]);
    const again = await runCli(["restore", path, "--json"], { env: target });
    assert.equal(again.exit, EXIT.failed);
    assert.equal(JSON.parse(again.stderr).error.code, "store_not_empty");
  });
});

Deno.test("backup, restore and migrate-store say what is missing", async () => {
  await withFolder(async (env, folder) => {
    const cases = [
      [["backup"], EXIT.usage, /required option '--to <folder>'/],
      [["backup", "--to", folder, "--keep", "0"], EXIT.usage, /at least 1/],
      [["backup", "--to", folder], EXIT.failed, /There is no journal in/],
      [["restore", folder], EXIT.failed, /is no backup/],
      [["migrate-store"], EXIT.usage, /Wanted a Postgres .*\nSet DATABASE_URL/],
    ] as const;
    for (const [args, exit, message] of cases) {
      const run = await runCli(args, { env });
      assert.equal(run.exit, exit, args.join(" "));
      assert.match(run.stderr, message);
    }
    const postgres = { ...env, DATABASE_URL: "postgres://me@127.0.0.1:1/x" };
    const run = await runCli(["migrate-store"], { env: postgres });
    assert.equal(run.exit, EXIT.notFound);
    assert.match(run.stderr, /There is no journal at .*synapse\.db/);
  });
});
