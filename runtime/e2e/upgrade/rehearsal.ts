/**
 * Test support: a rolling upgrade under load: three nodes of an earlier program on one Postgres and one
 * Redis; each is stopped and started again as this program, while sessions talk and a node is killed.
 *
 * The first upgraded node has the weight 0 and the second one 3, so that nodes which know no weights
 * must agree with them on who takes what.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ApiReady } from "../../cli/api_types.ts";
import { systemClock } from "../../clock.ts";
import type { Taker } from "../../engine/placement.ts";
import { Cluster, eventually } from "../cluster/cluster.ts";
import { assertPromisesKept, conversation } from "../cluster/conversation.ts";
import { NOTE_SKILL } from "../cluster/history.ts";
import type { Member } from "../cluster/member.ts";
import { PASSING, RecordedClient } from "../cluster/recorded_client.ts";
import { ledgerSkill } from "../ledger.ts";
import { launchArguments } from "../program.ts";
import type { EarlierProgram } from "./earlier_program.ts";

const SESSIONS = Array.from({ length: 12 }, (_, i) => `upgrade-${i}`);

const HABITS = { pace_ms: 1500, passing: PASSING, answer_ms: 30_000 };

/** How long each mixture of versions is under load, in milliseconds. */
const MIXED_MS = 5000;

/** What happens, told line by line. */
export type Tell = (line: string) => void;

/** Rehearses it. Throws if a promise is broken. */
export async function rehearse(earlier: EarlierProgram, tell: Tell): Promise<void> {
  await using cluster = await Cluster.start({
    launch: earlier.launch,
    skills: (root) => ({ "note.ts": ledgerSkill(root, { name: NOTE_SKILL, idempotent: false }) }),
  });
  const [first, second, third] = [cluster.member(0), cluster.member(1), cluster.member(2)];
  tell(
    `Three nodes of ${earlier.ref} (${earlier.commit.slice(0, 12)}) at schema ${await schemaOf(
      cluster,
    )}`,
  );
  const client = new RecordedClient(cluster.members, HABITS);
  const mixed = async (what: string, takers: readonly Taker[]) => {
    await cluster.settled(takers);
    const before = client.sent.length;
    await systemClock.sleep(MIXED_MS);
    await assertReady(cluster);
    tell(`${what}: ${acknowledged(client, before)}`);
  };
  const history = await conversation(cluster, client, SESSIONS, async () => {
    await mixed("All earlier", cluster.members);
    first.play({ weight: 0 });
    await upgrade(first);
    tell(`The first is upgraded, and the schema is ${await schemaOf(cluster)}`);
    const weighed = await knowsWeights(cluster, second);
    await mixed("One new, which takes no partitions", [second, third]);

    second.play({ weight: 3 });
    await upgrade(second);
    const uneven = [second, third];
    await mixed("Two new", weighed ? uneven : uneven.map(even));
    await second.process.kill();
    await mixed("The new one that has partitions was killed", [third]);
    await second.start();
    await mixed("It is there again", weighed ? uneven : uneven.map(even));

    await upgrade(third);
    await mixed("All new, by their weights", uneven);
  });
  await assertPromisesKept(cluster, client, history);
}

/** Stops a node in good order, and starts it again as this program. */
async function upgrade(member: Member): Promise<void> {
  const { code } = await member.process.terminate();
  assert.equal(code, 0, member.process.log);
  member.launch = launchArguments();
  await member.start();
}

function even({ id }: Taker): Taker {
  return { id, weight: 1 };
}

/** The newest migration that the database has. */
function schemaOf(cluster: Cluster): Promise<number> {
  return cluster.database(async (sql) => {
    const [row] = await sql`SELECT max(number) AS schema FROM migrations`;
    return Number(row?.schema);
  });
}

/** Whether a node of the earlier program says what its weight is. */
function knowsWeights(cluster: Cluster, { id }: Member): Promise<boolean> {
  return cluster.database(async (sql) => {
    const [row] = await sql`SELECT described FROM nodes WHERE id = ${id}`;
    return row?.described != null;
  });
}

/** All nodes take requests, those of the earlier program on the newer schema too. */
async function assertReady(cluster: Cluster): Promise<void> {
  for (const { id, url, process } of cluster.members) {
    if (await hasEnded(process.ended)) continue;
    await eventually(`node ${id} is ready`, async () => {
      const response = await fetch(`${url}/ready`);
      const report: ApiReady = await response.json();
      return report.status === "ready" || null;
    });
  }
}

async function hasEnded(ended: Promise<unknown>): Promise<boolean> {
  return await Promise.race([ended.then(() => true), systemClock.sleep(1).then(() => false)]);
}

/** How many messages each node acknowledged since. */
function acknowledged({ sent }: RecordedClient, since: number): string {
  const nodes = Map.groupBy(sent.slice(since), (message) => message.acknowledged?.node);
  const counts = [...nodes].map(([node, messages]) => `${node} ${messages.length}`).sort();
  return `${sent.length - since} messages acknowledged (${counts.join(", ")})`;
}
