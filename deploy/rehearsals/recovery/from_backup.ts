/**
 * From a backup: three nodes on Postgres and Redis, and one on a file. Everything is destroyed under
 * load, and restored.
 *
 * @module
 */
import postgres from "postgres";
import { systemClock } from "../../../runtime/clock.ts";
import type { Nodes } from "../../../runtime/e2e/cluster/conversation.ts";
import { Cluster } from "../../../runtime/e2e/cluster/cluster.ts";
import { Member } from "../../../runtime/e2e/cluster/member.ts";
import { freePort } from "../../../runtime/e2e/free_port.ts";
import { Site } from "../../../runtime/e2e/site.ts";
import type { Checklist } from "../checklist.ts";
import type { Forgotten } from "./owed.ts";
import { backUp, command, makeKeys, refusal, told, type ToldBackup } from "./program.ts";
import { clientTime, skills, talk, underLoad } from "./stage.ts";

/** How nodes are destroyed and made again. */
interface Fate {
  readonly site: Site;
  readonly members: readonly Member[];
  readonly destroy: () => Promise<void>;
}

/** Three nodes that share a Postgres and a Redis. */
export async function clusterFromBackup(list: Checklist): Promise<void> {
  list.part("A backup of three nodes under load, encrypted");
  await using cluster = await Cluster.start({ skills });
  const { site, members, redis } = cluster;
  const fate = { site, members, destroy: () => destroyCluster(cluster) };
  await underLoad({ list, nodes: cluster, members }, async () => {
    const forgotten = await throughDisaster(list, fate, "drop database, FLUSHALL, data folders");
    await list.step("Redis begins empty", async () => {
      await redis.flushAll();
      await startAll(members);
      await cluster.settled();
      return "three nodes hold their partitions";
    });
    return forgotten;
  });
}

/** One node with its journal in a file. */
export async function fileFromBackup(list: Checklist): Promise<void> {
  list.part("A backup of one node with its journal in a file, under load, encrypted");
  await using site = await Site.create({ skills });
  const member = new Member(site, { id: "n1", port: freePort(), env: {} });
  await member.start();
  const members = [member];
  const nodes: Nodes = { site, member: () => member, complaints: () => member.process.log };
  const folder = member.env.SYNAPSE_DATA_DIR ?? "";
  const destroy = async () => {
    await member.process.kill();
    await Deno.remove(folder, { recursive: true });
  };
  await underLoad({ list, nodes, members }, async () => {
    const forgotten = await throughDisaster(list, { site, members, destroy }, "data folder");
    await list.step("the node starts", () => startAll(members));
    return forgotten;
  });
}

/** Backs up, destroys, and restores. */
async function throughDisaster(
  list: Checklist,
  { site, members, destroy }: Fate,
  what: string,
): Promise<Forgotten> {
  const [member] = members as [Member];
  const [keys, others] = [await makeKeys(site.root, "ours"), await makeKeys(site.root, "others")];
  const backups: ToldBackup[] = [];
  await talk();
  await list.step("backup, while people talk", async () => {
    const backup = await backUp(site, member, keys);
    backups.push(backup);
    return told(backup);
  });
  const [{ path, manifest }] = backups as [ToldBackup];
  await talk();
  let to = 0;
  await list.step(`destroyed, while people talk: nodes by kill -9, ${what}`, async () => {
    await destroy();
    to = systemClock.monotonic();
  });
  const restore = (file: string) => ["restore", path, "--identity", file];
  await list.step("another key restores nothing", async () => {
    await refusal(site, member, "backup_locked", ...restore(others.file));
  });
  await list.step("restore", async () => {
    const [first] = (await command(site, member, ...restore(keys.file))).split("\n");
    return first;
  });
  await list.step("a second restore is refused", async () => {
    await refusal(site, member, "store_not_empty", ...restore(keys.file));
  });
  return { from: clientTime(manifest.point.taken_at), to };
}

async function startAll(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((member) => member.start()));
}

async function destroyCluster({ members, postgres: server, redis }: Cluster): Promise<void> {
  await Promise.all(members.map(({ process }) => process.kill()));
  await dropDatabase(server.url);
  await redis.flushAll();
  for (const { env } of members) {
    await Deno.remove(env.SYNAPSE_DATA_DIR ?? "", { recursive: true });
  }
}

/** Drops the database that an address leads to, and makes an empty one of that name. */
async function dropDatabase(url: string): Promise<void> {
  const other = new URL(url);
  const name = other.pathname.slice(1);
  other.pathname = "/template1";
  const sql = postgres(other.href, { max: 1, onnotice: () => {} });
  try {
    await sql`DROP DATABASE ${sql(name)} WITH (FORCE)`;
    await sql`CREATE DATABASE ${sql(name)} TEMPLATE template0`;
  } finally {
    await sql.end();
  }
}
