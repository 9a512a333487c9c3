import assert from "node:assert/strict";
import { CliError } from "../../cli/cli_error.ts";
import { EXIT } from "../../cli/exit_code.ts";
import { ask, openSession, send } from "../session_calls.ts";
import { Cluster } from "./cluster.ts";

Deno.test("a node that speaks another protocol is refused", async () => {
  await using cluster = await Cluster.start({ nodes: 1 });
  // It drains, so that nobody waits for it to take partitions; and it lives for long.
  await cluster.database(async (sql) => {
    await sql`
      INSERT INTO nodes (id, incarnation, version, protocol_version, status, partitions,
        started_at, seen_at, drain_requested)
      SELECT 'future', 'inc_future', '9.0.0', '2.0', 'draining', 0, at, at + 600000, false
      FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at) AS now`;
  });
  const { code, stderr } = await cluster.site.run(["serve", "--json"], {
    env: cluster.newMember("n2").env,
  });
  assert.equal(code, 1, stderr);
  assert.match(stderr, /"code":"protocol_mismatch"/);
  assert.match(
    stderr,
    /Node future \(Synapse 9\.0\.0\) speaks protocol 2\.0, this program 1\.0: stop the nodes of the other major version first/,
  );
  const nodes = await cluster.database((sql) =>
    sql<{ id: string }[]>`SELECT id FROM nodes ORDER BY id`
  );
  assert.deepEqual(nodes.map(({ id }) => id), ["future", "n1"], "it left no trace");
  await openSession(cluster.member(0).client, "unmoved");
  assert.match(await ask(cluster.member(0).client, "unmoved", "hello"), /hello/);
});

Deno.test("of two processes under one node's id the older one makes way, says so, and ends", async () => {
  await using cluster = await Cluster.start({ nodes: 2 });
  const older = cluster.member(0);
  await openSession(older.client, "shared");
  assert.match(await ask(older.client, "shared", "hello"), /hello/);

  const newer = cluster.newMember(older.id);
  await newer.start();
  // A supervisor that sees this code does not start it again: the two would fight for the name.
  const { code } = await older.process.finish();
  const { log } = older.process;
  assert.equal(code, EXIT.superseded, log);
  const said = "Another process runs under this node's id; this one gives everything up";
  assert.equal(older.logged(said).length, 1);
  assert.match(log, /"code":"node_superseded","message":"Another process .* of this node, n1;/);
  await assert.rejects(
    send(older.client, "shared", "to the older one"),
    (error) => error instanceof CliError && error.code === "unreachable",
  );

  await cluster.settled();
  assert.match(await ask(newer.client, "shared", "to the newer one"), /to the newer one/);
  assert.match(await ask(cluster.member(1).client, "shared", "to another"), /to another/);
  assert.ok(await newer.figure("synapse_partitions_owned") > 0);
});
