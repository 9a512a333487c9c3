import assert from "node:assert/strict";
import { nodeBeat } from "../contract/subject.ts";
import { takesPartitions } from "../nodes_port.ts";
import { openJournal, type TestSchema, testSchema } from "./test_database.ts";

const ALIVE_MS = 60_000;

/** As a program of a version without weights says that it is there. */
async function earlierBeat({ sql }: TestSchema, id: string, incarnation: string): Promise<void> {
  await sql.unsafe(
    `INSERT INTO nodes AS known (id, incarnation, version, protocol_version, status, partitions,
       started_at, seen_at, drain_requested)
     VALUES ($1, $2, '3.0.0', '1.0', 'active', 0, now_ms(), now_ms(), false)
     ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation,
       version = excluded.version, status = excluded.status, seen_at = excluded.seen_at`,
    [id, incarnation],
  );
}

/** What such a program takes for the nodes among which partitions are divided. */
async function earlierTakers({ sql }: TestSchema): Promise<string[]> {
  const rows = await sql.unsafe(
    "SELECT id FROM nodes WHERE status = 'active' AND NOT drain_requested ORDER BY id",
  );
  return rows.map(({ id }) => String(id));
}

Deno.test("nodes() knows no weight of a node that knows none itself", async () => {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await earlierBeat(schema, "n1", "inc_1");
  const [earlier] = await journal.nodes(ALIVE_MS);
  assert.deepEqual([earlier?.weight, earlier?.labels, earlier?.status], [null, {}, "active"]);

  // Upgraded, and given a weight; then the earlier program is started again in its place.
  await journal.join(nodeBeat("n1", { incarnation: "inc_2", weight: 3 }), ALIVE_MS);
  assert.equal((await journal.nodes(ALIVE_MS))[0]?.weight, 3);
  await earlierBeat(schema, "n1", "inc_3");
  assert.equal((await journal.nodes(ALIVE_MS))[0]?.weight, null);
  await journal.close();
});

Deno.test("join() and beat() tell earlier programs who takes partitions", async () => {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await journal.join(nodeBeat("edge", { weight: 0 }), ALIVE_MS);
  await journal.join(nodeBeat("n1", { weight: 0.5 }), ALIVE_MS);
  await earlierBeat(schema, "n2", "inc_1");
  await journal.beat(nodeBeat("edge", { weight: 0 }), ALIVE_MS);
  assert.deepEqual(await earlierTakers(schema), ["n1", "n2"]);
  const nodes = await journal.nodes(ALIVE_MS);
  assert.deepEqual(nodes.filter(takesPartitions).map(({ id }) => id), ["n1", "n2"]);
  assert.deepEqual(nodes.map(({ status }) => status), ["active", "active", "active"]);

  await journal.beat(nodeBeat("n1", { weight: 0.5, status: "draining" }), ALIVE_MS);
  assert.deepEqual(await earlierTakers(schema), ["n2"]);
  await journal.close();
});
