import assert from "node:assert/strict";
import type { ApiNode, ApiNodeList, ApiReady } from "../../cli/api_types.ts";
import { apiPath } from "../../cli/client.ts";
import { CliError } from "../../cli/cli_error.ts";
import { systemClock } from "../../clock.ts";
import { CommandLine } from "../command_line.ts";
import { ledgerSkill } from "../ledger.ts";
import { openSession, send } from "../session_calls.ts";
import { Cluster, eventually, PARTITIONS, readOwners } from "./cluster.ts";
import { assertPromisesKept, conversation } from "./conversation.ts";
import { handedOver } from "./hand_over.ts";
import { NOTE_SKILL } from "./history.ts";
import type { Member } from "./member.ts";
import { RecordedClient } from "./recorded_client.ts";

const SESSIONS = Array.from({ length: 8 }, (_, i) => `hybrid-${i}`);

/** Nothing is tried again: the node that the client knows is up all the time. */
const HABITS = { pace_ms: 500, passing: [], answer_ms: 30_000 };

const LABELS = { kind: "pod", zone: "b" };

/** The nodes by what they are. */
interface Cast {
  readonly cluster: Cluster;
  readonly first: Member;
  readonly second: Member;
  /** Takes no partitions. */
  readonly edge: Member;
}

Deno.test("nodes of different weights are one cluster", async (t) => {
  await using cluster = await Cluster.start({
    roles: { n3: { weight: 0, labels: LABELS } },
    skills: (root) => ({
      "note.ts": ledgerSkill(root, { name: NOTE_SKILL, idempotent: false }),
    }),
  });
  const cast = {
    cluster,
    first: cluster.member(0),
    second: cluster.member(1),
    edge: cluster.member(2),
  };
  for (const [name, scene] of SCENES) await t.step(name, () => scene(cast));
  const taken = await cast.edge.figure('synapse_lease_changes_total{change="acquired"}');
  assert.equal(taken, 0, "in all of its life the edge took no partition");
});

const SCENES: readonly (readonly [string, (cast: Cast) => Promise<void>])[] = [
  ["a node of weight 0 is listed with its labels, and holds nothing", listed],
  ["it answers every request while an owner is killed and the other takes over", outlived],
  ["a node that starts again with three times the weight has three times the partitions", weighed],
  ["of two requests to drain the last two that take partitions one is refused", drained],
  ["when nobody takes partitions it says so, and commands wait until somebody does", orphaned],
];

async function listed({ cluster, edge, first }: Cast): Promise<void> {
  const { items } = await edge.client.get<ApiNodeList>(apiPath("nodes"));
  const said = items.map(({ id, status, weight, labels }) => ({ id, status, weight, labels }));
  assert.deepEqual(said, [
    { id: "n1", status: "active", weight: 1, labels: {} },
    { id: "n2", status: "active", weight: 1, labels: {} },
    { id: "n3", status: "active", weight: 0, labels: LABELS },
  ]);
  const text = await new CommandLine(cluster.site, first.process).text("nodes", "ls");
  assert.match(text, /^n3 +active +0 +0 +kind=pod,zone=b /m);
  const info = 'synapse_node_info{node="n3",version="3.1.0",weight="0",labels="kind=pod,zone=b"}';
  assert.equal(await edge.figure(info), 1);
  assert.equal(await edge.figure("synapse_partitions_owned"), 0);
  const response = await fetch(`${edge.url}/ready`);
  assert.deepEqual([response.status, (await response.json()).checks.node], [200, { status: "ok" }]);
}

async function outlived({ cluster, first, second, edge }: Cast): Promise<void> {
  const client = new RecordedClient([edge], HABITS);
  const history = await conversation(cluster, client, SESSIONS, async () => {
    await systemClock.sleep(1500);
    const begun = systemClock.monotonic();
    await first.process.kill();
    const ms = await handedOver(cluster, first, begun);
    console.log(`kill -9: the other owner had everything after ${Math.round(ms)} ms`);
    assert.deepEqual(await holders(cluster), new Map([[second.id, PARTITIONS]]));
    await systemClock.sleep(1500);
    await first.start();
    await cluster.settled();
    await systemClock.sleep(1000);
  });
  assert.deepEqual(client.troubles, new Map(), "the edge answered every request at once");
  assert.ok(client.sent.length > SESSIONS.length * 5, `${client.sent.length} messages`);
  await assertPromisesKept(cluster, client, history);
}

async function weighed({ cluster, first, second }: Cast): Promise<void> {
  const before = await cluster.database(readOwners);
  await first.process.terminate();
  first.play({ weight: 3 });
  await first.start();
  await cluster.settled();
  const after = await cluster.database(readOwners);
  const held = after.filter((owner) => owner === first.id).length;
  console.log(`weights 3 and 1: ${held} and ${PARTITIONS - held} partitions`);
  // Three standard deviations of as many draws.
  assert.ok(Math.abs(held - PARTITIONS * 3 / 4) <= 15, `${held}`);
  for (const [partition, owner] of before.entries()) {
    if (owner === first.id) assert.equal(after[partition], owner, "it lost none by growing");
  }
  assert.ok(after.every((owner) => owner === first.id || owner === second.id));
}

async function drained({ cluster, first, second, edge }: Cast): Promise<void> {
  const outcomes = await Promise.all(
    ([[first, second], [second, edge]] as const).map(async ([drained, through]) => {
      try {
        return (await through.client.post<ApiNode>(apiPath("nodes", drained.id, "drain"), {})).id;
      } catch (error) {
        return error instanceof CliError ? error.code : error;
      }
    }),
  );
  const refused = outcomes.indexOf("last_node");
  const [leaving, staying] = refused === 0 ? [second, first] : [first, second];
  assert.deepEqual(outcomes.toSorted(), ["last_node", leaving.id].sort());
  await cluster.settled([staying]);
  await leaving.process.terminate();
  await leaving.start();
  await cluster.settled();
}

async function orphaned({ cluster, first, second, edge }: Cast): Promise<void> {
  const session = "orphan";
  const words = "No node takes partitions; commands wait until one does";
  const told = edge.logged(words).length;
  await openSession(edge.client, session);
  for (const { process } of [first, second]) assert.equal((await process.terminate()).code, 0);
  const report = await eventually("the edge says that nobody takes partitions", async () => {
    const response = await fetch(`${edge.url}/ready`);
    const report: ApiReady = await response.json();
    return report.status === "degraded" ? report : null;
  });
  assert.deepEqual(report.checks.node, {
    status: "degraded",
    detail: "no node takes partitions: each has the weight 0, drains or is gone; " +
      "commands wait until one with a weight joins",
  });
  assert.equal(edge.logged(words).length, told + 1);
  const waiting = send(edge.client, session, "hello");
  await systemClock.sleep(1000);
  await second.start();
  assert.match((await waiting).id, /^msg_/);
  await cluster.settled([second]);
  await eventually("the edge is ready again", async () => {
    const response = await fetch(`${edge.url}/ready`);
    await response.body?.cancel();
    return response.ok || null;
  });
}

/** How many partitions each node holds that holds any. */
async function holders(cluster: Cluster): Promise<ReadonlyMap<string | null, number>> {
  const owners = Map.groupBy(await cluster.database(readOwners), (owner) => owner);
  return new Map([...owners].map(([owner, all]) => [owner, all.length]));
}
