import assert from "node:assert/strict";
import type { ApiMemoryItem, ApiMemoryStats, ApiReady } from "../cli/api_types.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { PROGRAM_VARIABLE, startQdrant } from "../memory/qdrant/test_program.ts";
import { removeCollections } from "../memory/qdrant/test_server.ts";
import { inParallel } from "./in_parallel.ts";
import { ask, eventsOf, openSession, payloads, until } from "./session_calls.ts";
import { Site } from "./site.ts";

const program = Deno.env.get(PROGRAM_VARIABLE);
const passedOver = program === undefined ? ` (passed over: ${PROGRAM_VARIABLE} is not set)` : "";

const TURNS = 200;
const SESSIONS = 10;

/** After an outage a session looks again after 15 seconds, then after 30. */
const PATIENCE_MS = 120_000;

const sessionOf = (n: number) => `ses_${n % SESSIONS}`;

const remember = (client: Client, n: number) =>
  ask(client, sessionOf(n), `/call remember {"text":"Parcel number ${n} is paid"}`);

async function memoryCheck(client: Client): Promise<ApiReady["checks"][string] | undefined> {
  const ready = await (await client.send("GET", "/ready")).json() as ApiReady;
  return ready.checks.memory;
}

async function untilStored(client: Client): Promise<void> {
  await until(client, `Qdrant has ${TURNS} points`, async () => {
    // Qdrant may not answer at all yet.
    const stats = await client.get<ApiMemoryStats>(apiPath("memory", "stats")).catch(() => null);
    return stats?.items === TURNS ? stats : null;
  }, PATIENCE_MS);
  const query = { limit: String(TURNS) };
  const { items } = await client.get<{ items: ApiMemoryItem[] }>(apiPath("memory"), query);
  assert.deepEqual([items.length, new Set(items.map(({ text }) => text)).size], [TURNS, TURNS]);
}

Deno.test({
  name: "a node whose Qdrant is killed in the middle of 200 turns that each remember something: " +
    `200 points in the end, none twice, no turn failed, and again after a reindex${passedOver}`,
  ignore: program === undefined,
  async fn() {
    await using qdrant = await startQdrant(program!);
    await using site = await Site.create({ env: { VECTOR_DB_URL: qdrant.url } });
    const { client } = await site.start();
    for (let n = 0; n < SESSIONS; n++) await openSession(client, sessionOf(n));
    // `ask` fails with any turn that does not complete.
    await inParallel(Array.from({ length: TURNS }, (_, n) => n), SESSIONS, async (n) => {
      if (n === 80) await qdrant.kill();
      await remember(client, n);
    });
    await until(client, "the outage is seen", async () => {
      const check = await memoryCheck(client);
      return check?.status === "degraded" ? check : null;
    });
    await qdrant.start();
    await untilStored(client);
    for (let n = 0; n < SESSIONS; n++) {
      const events = await eventsOf(client, sessionOf(n));
      assert.equal(payloads(events, "turn.completed").length, TURNS / SESSIONS);
      assert.equal(payloads(events, "memory.noted").length, TURNS / SESSIONS);
    }

    await removeCollections(qdrant.url, undefined, "synapse_memory");
    const doctor = await site.run(["doctor", "--json"]);
    assert.match(doctor.stdout, /There is none yet/);
    const reindexed = await client.send("POST", apiPath("memory", "reindex"));
    const last = (await reindexed.text()).trimEnd().split("\n").at(-1) ?? "";
    assert.equal(JSON.parse(last).done, true, last);
    await untilStored(client);
  },
});
