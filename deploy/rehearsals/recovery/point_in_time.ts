/**
 * To a moment that no backup was taken at: a base backup of Postgres and its archived log.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { Cluster, eventually } from "../../../runtime/e2e/cluster/cluster.ts";
import type { Server } from "../../../.ci/services/server.ts";
import type { Checklist } from "../checklist.ts";
import { Archive, recoveredPostgres } from "./archiving_postgres.ts";
import type { Forgotten } from "./owed.ts";
import { clientTime, skills, talk, underLoad } from "./stage.ts";

/** Recovers three nodes' Postgres to a moment. */
export async function clusterToMoment(list: Checklist): Promise<void> {
  list.part("To a moment, by the archived log of Postgres, three nodes under load");
  await using archive = await Archive.create();
  await using cluster = await Cluster.start({ skills, postgres: archive.settings });
  await using recovered = new AsyncDisposableStack();
  const { members } = cluster;
  await underLoad({ list, nodes: cluster, members }, async () => {
    let base = "";
    await talk();
    await list.step("base backup, while people talk", async () => {
      base = await archive.baseBackup(cluster.postgres);
    });
    await talk();
    const moment = systemClock.now();
    await talk();
    await list.step("the log of later than the moment is in the archive", () => archived(cluster));
    const to = await destroy(list, cluster);
    const { port, url } = cluster.postgres;
    const server = await recoveredPostgres(archive, { base, moment, port, url });
    recovered.use(server);
    await recover(list, { cluster, server, moment });
    return { from: clientTime(moment), to } satisfies Forgotten;
  });
}

/** Closes the segment of the log that is being written, and waits until the archive has it. */
async function archived(cluster: Cluster): Promise<string> {
  return await cluster.database(async (sql) => {
    const [closed] = await sql`SELECT pg_walfile_name(pg_switch_wal()) AS name`;
    const name = String(closed?.name);
    return await eventually(`${name} is archived`, async () => {
      const [row] = await sql`SELECT last_archived_wal AS name FROM pg_stat_archiver`;
      return String(row?.name) >= name ? name : null;
    });
  });
}

async function destroy(list: Checklist, cluster: Cluster): Promise<number> {
  const folder = await cluster.database(async (sql) => {
    const [row] = await sql`SHOW data_directory`;
    return String(row?.data_directory);
  });
  await list.step(
    "destroyed, while people talk: nodes by kill -9, Postgres and its data",
    async () => {
      await Promise.all(cluster.members.map(({ process }) => process.kill()));
      await cluster.postgres.kill();
      await Deno.remove(folder, { recursive: true });
    },
  );
  return systemClock.monotonic();
}

async function recover(
  list: Checklist,
  { cluster, server, moment }: {
    readonly cluster: Cluster;
    readonly server: Server;
    readonly moment: number;
  },
): Promise<void> {
  await list.step(`Postgres recovers to ${new Date(moment).toISOString()}`, async () => {
    await server.start();
    await eventually("it takes writes", () =>
      cluster.database(async (sql) => {
        const [row] = await sql`SELECT pg_is_in_recovery() AS recovering`;
        return row?.recovering === false ? true : null;
      }));
    const lines = (await server.log()).split("\n");
    return lines.find((line) => /recovery stopping before commit/.test(line))
      ?.replace(/^.*LOG:\s*/, "");
  });
  await list.step("Redis is emptied, and the nodes start", async () => {
    await cluster.redis.flushAll();
    await Promise.all(cluster.members.map((member) => member.start()));
    await cluster.settled();
    return "three nodes hold their partitions";
  });
}
