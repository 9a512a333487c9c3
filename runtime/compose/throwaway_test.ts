import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { systemClock } from "../clock.ts";
import { type Config, loadConfig } from "../config.ts";
import { systemEntropy } from "../entropy.ts";
import { withDatabase } from "./database.ts";
import { makeThrowaway } from "./throwaway.ts";

const WORLD = { clock: systemClock, entropy: systemEntropy };

/** A variable that names a service for tests. */
function given(name: "TEST_DATABASE_URL" | "TEST_REDIS_URL"): string {
  const url = Deno.env.get(name);
  assert.ok(url, `${name} is not set: \`deno task test\` sets it`);
  return url;
}

const configOf = (env: Record<string, string>): Config =>
  loadConfig({ env, readFile: () => null, cwd: "/srv" });

Deno.test("makeThrowaway() names a file beside the journal's, and removes it with what SQLite made", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = configOf({ SYNAPSE_DATA_DIR: folder });
    const place = await makeThrowaway(config, WORLD);
    const { journal, redis, node_id } = place.config;
    assert.ok(journal.kind === "sqlite");
    assert.match(journal.path, new RegExp(`^${folder}/bench_\\w+\\.db$`));
    assert.deepEqual([redis, node_id === config.node_id], [null, false]);
    for (const end of ["", "-wal", ".lock"]) await Deno.writeTextFile(journal.path + end, "x");
    await Deno.writeTextFile(`${folder}/synapse.db`, "mine");
    await place[Symbol.asyncDispose]();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["synapse.db"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("makeThrowaway() makes a schema of the same database, and drops it with what is in it", async () => {
  const server = given("TEST_DATABASE_URL");
  const place = await makeThrowaway(configOf({ DATABASE_URL: server }), WORLD);
  const { journal } = place.config;
  assert.ok(journal.kind === "postgres");
  const schema = await withDatabase(journal.url, async (sql) => {
    await sql`CREATE TABLE kept AS SELECT 1 AS one`;
    const [row] = await sql`SELECT current_schema()::text AS schema`;
    return String(row?.schema);
  });
  assert.match(schema, /^synapse_bench_\w+$/);
  await place[Symbol.asyncDispose]();
  const left = await withDatabase(
    server,
    (sql) => sql`SELECT 1 FROM information_schema.schemata WHERE schema_name = ${schema}`,
  );
  assert.equal(left.length, 0);
});

Deno.test("makeThrowaway() gives keys of their own in the same Redis, and deletes only those", async () => {
  const url = given("TEST_REDIS_URL");
  const redis = new Redis(url);
  const mine = `mine:${systemEntropy.id("test")}`;
  try {
    const place = await makeThrowaway(configOf({ REDIS_URL: url }), WORLD);
    const namespace = place.config.redis?.namespace ?? "";
    assert.match(namespace, /^synapse:bench_\w+$/);
    await redis.set(mine, "1");
    for (let i = 0; i < 50; i++) await redis.set(`${namespace}:{${i}}:mailbox`, "1");
    await place[Symbol.asyncDispose]();
    assert.deepEqual(await redis.keys(`${namespace}:*`), []);
    assert.equal(await redis.get(mine), "1");
  } finally {
    await redis.del(mine);
    await redis.quit();
  }
});
