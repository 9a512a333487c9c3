import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MIGRATIONS } from "../journal/migrations/sqlite/mod.ts";
import { EXIT } from "./exit_code.ts";
import { type Run, runCli } from "./fake_node.ts";
import { withSchema } from "./test_schema.ts";

const NEWEST = MIGRATIONS.length;

/** Lends a way to run the command over a new data folder. */
async function withFolder(
  use: (run: (...args: string[]) => Promise<Run>, journal: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const journal = `${folder}/data/j.db`;
  try {
    const env = { SYNAPSE_DATA_DIR: folder, DATABASE_URL: `sqlite:${journal}` };
    await use((...args) => runCli(["migrate", ...args], { env }), journal);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("migrate makes the tables once, and --check says whether any are missing", async () => {
  await withFolder(async (run, journal) => {
    const before = await run("--check");
    assert.equal(before.exit, EXIT.failed);
    assert.match(before.stdout, /j\.db lacks \d+ migrations?: 1 initial/);
    assert.throws(() => Deno.statSync(journal), Deno.errors.NotFound, "it changed nothing");

    const first = await run();
    assert.equal(first.exit, EXIT.ok, first.stderr);
    assert.match(first.stdout, /^Applied \d+ migrations? to .*j\.db: 1 initial/);
    const again = await run();
    assert.deepEqual([again.exit, again.stdout], [
      EXIT.ok,
      `${journal} is at schema ${NEWEST} already\n`,
    ]);

    const after = await run("--check", "--json");
    assert.equal(after.exit, EXIT.ok);
    assert.deepEqual(JSON.parse(after.stdout), {
      ok: true,
      store: journal,
      schema: NEWEST,
      missing: [],
    });
  });
});

Deno.test("migrate refuses a journal that a newer program wrote", async () => {
  await withFolder(async (run, journal) => {
    await run();
    using file = new DatabaseSync(journal);
    file.exec(`INSERT INTO migrations (number, name, at) VALUES (${NEWEST + 1}, 'later', 0)`);
    for (const args of [[], ["--check"]]) {
      const { exit, stderr } = await run(...args);
      assert.equal(exit, EXIT.failed);
      assert.match(stderr, /Journal has schema \d+, this program knows up to \d+/);
    }
  });
});

Deno.test("migrate says why a database cannot be reached, without its password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const env = { DATABASE_URL: `postgres://me:hunter2@127.0.0.1:${port}/x` };
  const { exit, stderr } = await runCli(["migrate", "--check"], { env });
  assert.equal(exit, EXIT.failed);
  assert.match(
    stderr,
    /^synapse: Database postgres:\/\/\*\*\*@127\.0\.0\.1:\d+\/x cannot be used: /,
  );
  assert.doesNotMatch(stderr, /hunter2/);
});

Deno.test("migrate makes the tables of a Postgres", async () => {
  await withSchema(async (url) => {
    const run = (...args: string[]) => runCli(["migrate", ...args], { env: { DATABASE_URL: url } });
    const before = await run("--check");
    assert.equal(before.exit, EXIT.failed);
    assert.match(before.stdout, /^Database \w+ lacks \d+ migrations?: 1 initial/);
    const first = await run();
    assert.match(first.stdout, /^Applied \d+ migrations? to Database \w+: 1 initial/, first.stderr);
    assert.equal((await run("--check")).exit, EXIT.ok);
  });
});
