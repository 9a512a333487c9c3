import assert from "node:assert/strict";
import { freePort } from "../../.ci/services/free_port.ts";
import type { TurnFigures } from "../capacity/turns.ts";
import { withDatabase } from "../compose/database.ts";
import { EXIT } from "./exit_code.ts";
import { runCli, type RunOptions } from "./fake_node.ts";
import { withSchema } from "./test_schema.ts";

/** Runs it over a new data folder and tells which files it left there. */
function bench(env: Record<string, string>, ...args: string[]) {
  return benchWith({ env }, ...args);
}

async function benchWith({ env, ...options }: RunOptions, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  try {
    const run = await runCli(["bench", ...args], {
      ...options,
      env: { SYNAPSE_DATA_DIR: folder, ...env },
    });
    const left = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile);
    return { ...run, left: left.map(({ name }) => name) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function checkFigures(results: readonly TurnFigures[]): void {
  for (const run of results) {
    assert.ok(run.turns > 0 && run.turns_per_second > 0, JSON.stringify(run));
    assert.ok(run.p50_ms > 0 && run.p99_ms >= run.p50_ms, JSON.stringify(run));
    // And now and then a compaction.
    assert.ok(run.commits_per_turn >= 4 && run.commits_per_turn < 5, JSON.stringify(run));
    assert.ok(run.events_per_turn >= 8 && run.events_per_turn < 10, JSON.stringify(run));
    assert.ok(run.mean_batch >= 1, JSON.stringify(run));
  }
}

Deno.test("bench measures turns on the configured journal and leaves nothing behind", async () => {
  const run = await bench({}, "--sessions", "1,3", "--for", "200ms", "--json");
  assert.equal(run.exit, EXIT.ok, run.stderr);
  const { journal, streams, run_ms, results } = JSON.parse(run.stdout);
  assert.deepEqual([journal, streams, run_ms], ["SQLite", "in the process", 200]);
  assert.deepEqual(results.map(({ sessions }: TurnFigures) => sessions), [1, 3]);
  checkFigures(results);
  assert.deepEqual(run.left, []);
});

Deno.test("bench runs on Postgres and Redis, and leaves the configured journal alone", async () => {
  const REDIS_URL = Deno.env.get("TEST_REDIS_URL");
  assert.ok(REDIS_URL, "TEST_REDIS_URL is not set: `deno task test` sets it");
  await withSchema(async (url, schema) => {
    const env = { DATABASE_URL: url, REDIS_URL };
    const run = await bench(env, "--sessions", "4", "--for", "200ms", "--json");
    assert.equal(run.exit, EXIT.ok, run.stderr);
    const { journal, streams, results } = JSON.parse(run.stdout);
    assert.deepEqual([journal, streams], ["Postgres", "Redis"]);
    checkFigures(results);
    const tables = await withDatabase(
      url,
      (sql) => sql`SELECT 1 FROM pg_tables WHERE schemaname = ${schema}`,
    );
    assert.equal(tables.length, 0);
  });
});

Deno.test("bench shows people a table", async () => {
  const run = await bench({}, "--sessions", "2", "--for", "50ms");
  assert.match(run.stdout, /^Journal: SQLite; streams: in the process\n\nSESSIONS +TURNS\/S +P50/);
  assert.match(run.stdout, /^ +2 +\d\S* +\d\S* +\d\S* +4/m);
});

Deno.test("bench refuses what is no list of numbers", async () => {
  const run = await runCli(["bench", "--sessions", "1,many"]);
  assert.equal(run.exit, EXIT.usage);
  assert.match(run.stderr, /Wanted whole numbers above 0/);
});

Deno.test("bench refuses to measure no time", async () => {
  const run = await runCli(["bench", "--for", "0s"]);
  assert.equal(run.exit, EXIT.usage);
  assert.match(run.stderr, /Wanted a duration above 0/);
});

Deno.test("bench does not measure a Redis that is away, and leaves nothing behind", async () => {
  const env = { REDIS_URL: `redis://127.0.0.1:${freePort()}` };
  const run = await bench(env, "--sessions", "1", "--for", "50ms");
  assert.equal(run.exit, EXIT.failed, run.stdout);
  assert.match(run.stderr, /Nothing was measured: Redis is away \(.*ECONNREFUSED/);
  assert.equal(run.stdout, "");
  assert.deepEqual(run.left, []);
});

Deno.test("bench stops when it is interrupted, says what it has, and leaves nothing behind", async () => {
  const onSignal: RunOptions["onSignal"] = (signal, handler) => {
    if (signal === "SIGINT") handler();
    return () => {};
  };
  const run = await benchWith({ onSignal }, "--for", "1h", "--json");
  assert.equal(run.exit, EXIT.interrupted, run.stderr);
  assert.deepEqual(JSON.parse(run.stdout).results, []);
  assert.deepEqual(run.left, []);
});
