import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config.ts";
import { silentLogger } from "../telemetry/silent.ts";
import { openJournal } from "./open_journal.ts";
import { makeThrowaway } from "./throwaway.ts";
import { systemEntropy } from "../entropy.ts";

const configOf = (env: Record<string, string>, partitions: number) =>
  loadConfig({ env, readFile: () => `journal: { partitions: ${partitions} }`, cwd: "/srv" });

/** Opens the configured journal and closes it again. Returns its partitions and what was warned of. */
async function open(config: Parameters<typeof openJournal>[0]) {
  const warnings: object[] = [];
  const log = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
  const journal = await openJournal(config, { clock: systemClock, log });
  await journal.check();
  await journal.close();
  return { partitions: journal.partition_count, warnings };
}

Deno.test("openJournal() makes a file with its folder, whose number of partitions stays", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const env = { DATABASE_URL: `sqlite:${folder}/a/b/j.db` };
    assert.deepEqual(await open(configOf(env, 3)), { partitions: 3, warnings: [] });
    assert.deepEqual(await open(configOf(env, 5)), {
      partitions: 3,
      warnings: [{ wanted: 5, found: 3 }],
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openJournal() opens a Postgres, whose number of partitions stays", async () => {
  const url = Deno.env.get("TEST_DATABASE_URL");
  assert.ok(url, "TEST_DATABASE_URL is not set: `deno task test` sets it");
  const world = { clock: systemClock, entropy: systemEntropy };
  await using place = await makeThrowaway(configOf({ DATABASE_URL: url }, 3), world);
  assert.deepEqual(await open(place.config), { partitions: 3, warnings: [] });
  const other = { journal: { ...place.config.journal, partitions: 5 } };
  assert.deepEqual((await open(other)).warnings, [{ wanted: 5, found: 3 }]);
});
