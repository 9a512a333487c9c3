import assert from "node:assert/strict";
import { loadConfig } from "../config.ts";
import { systemEntropy } from "../entropy.ts";
import { systemClock } from "../clock.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import { openMemory } from "./open_memory.ts";

const WORLD = {
  clock: systemClock,
  entropy: systemEntropy,
  log: silentLogger,
  metrics: silentMetrics,
};

async function open(env: Record<string, string>, file = "") {
  const config = loadConfig({
    env: { SYNAPSE_CONFIG: "synapse.yaml", ...env },
    readFile: (path) => path.endsWith("synapse.yaml") ? file : null,
    cwd: "/",
  });
  return await openMemory(config, WORLD);
}

const ITEM = {
  id: "mem_1",
  tenant: "default",
  agent: "assistant",
  session: "ses_1",
  kind: "fact",
  text: "Ada drinks green tea",
  at: 1,
} as const;

Deno.test("openMemory() keeps items in a file of the data folder, found by words", async () => {
  const folder = await Deno.makeTempDir();
  const SYNAPSE_DATA_DIR = `${folder}/data`;
  for (const outcome of ["stored", "known"]) {
    await using memory = await open({ SYNAPSE_DATA_DIR });
    assert.ok(memory);
    assert.equal((await memory.remember([ITEM]))[0]?.outcome, outcome);
    const query = { text: "teas", filter: { tenant: "default" }, k: 3 };
    assert.deepEqual((await memory.recall(query)).map(({ item }) => item), [ITEM]);
    assert.equal((await memory.stats("default")).dense, false);
    assert.equal(memory.carrier, `SQLite file ${SYNAPSE_DATA_DIR}/memory.db`);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openMemory() of a file that cannot be opened lets the node start, and says why it is away", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/memory.db`, "This is no database, and long enough to see it");
  await using memory = await open({ SYNAPSE_DATA_DIR: folder });
  assert.ok(memory);
  await assert.rejects(memory.check(), { code: "memory_unavailable" });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openMemory() of a Qdrant that is away lets the node start, and says so", async () => {
  await using memory = await open({ VECTOR_DB_URL: "http://127.0.0.1:9" });
  assert.ok(memory);
  await assert.rejects(memory.check(), { code: "memory_unavailable" });
});

Deno.test("openMemory() opens none where it is off", async () => {
  assert.equal(await open({}, "memory: { enabled: false }"), null);
});
