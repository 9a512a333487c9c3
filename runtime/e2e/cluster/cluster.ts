/**
 * Test support: a cluster of its own: real nodes as processes, with a real Postgres and Redis, all of
 * which may be killed, frozen and started again.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { startPostgres } from "../../../.ci/services/postgres.ts";
import type { PostgresSettings } from "../../../.ci/services/postgres_arguments.ts";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import type { Server } from "../../../.ci/services/server.ts";
import { systemClock } from "../../clock.ts";
import { withDatabase } from "../../compose/database.ts";
import { ownerOf, partitionOf, type Taker } from "../../engine/placement.ts";
import { freePort } from "../free_port.ts";
import { until } from "../session_calls.ts";
import { Site, type SiteOptions } from "../site.ts";
import { Member, type Role } from "./member.ts";

/** How many partitions a database has unless told otherwise. */
export const PARTITIONS = 128;

/** How long a lease lasts unless the configuration says otherwise, in milliseconds. */
export const LEASE_MS = 3000;

/** Milliseconds after which waiting for something is given up: machines may be very busy. */
const PATIENCE_MS = 60_000;

/** Log lines of each node that are shown after a failure. */
const COMPLAINTS = 20;

/** What a cluster is made with. */
export interface ClusterOptions extends Pick<SiteOptions, "config" | "skills"> {
  readonly nodes?: number;
  /** What nodes are, by their ids, that are not like the others. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** Whether Redis is configured and away from the beginning. */
  readonly redisAway?: boolean;
  /** Arguments of `deno` up to the main module of another program, which all nodes begin with. */
  readonly launch?: readonly string[];
  /** Of `postgresql.conf`, besides those for tests. */
  readonly postgres?: PostgresSettings;
}

/** Who holds each partition by the journal: an id for each, null where nobody does. */
export type Owners = readonly (string | null)[];

/** A cluster. Dispose of it to end all of it. */
export class Cluster implements AsyncDisposable {
  readonly site: Site;
  readonly postgres: Server;
  readonly redis: RedisServer;
  readonly members: readonly Member[];
  readonly #owned: AsyncDisposableStack;

  private constructor(
    { site, postgres, redis }: Pick<Cluster, "site" | "postgres" | "redis">,
    owned: AsyncDisposableStack,
    nodes: number,
  ) {
    [this.site, this.postgres, this.redis] = [site, postgres, redis];
    this.#owned = owned;
    this.members = Array.from({ length: nodes }, (_, i) => this.newMember(`n${i + 1}`));
  }

  /** Starts one, and waits until each partition is where it belongs. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    await using started = new AsyncDisposableStack();
    const [postgres, redis, site] = await Promise.all([
      startPostgres({ settings: options.postgres ?? {} }),
      startRedis(),
      Site.create(options),
    ]);
    for (const one of [postgres, redis, site]) started.use(one);
    if (options.redisAway) await redis.stop();
    const cluster = new Cluster({ site, postgres, redis }, started.move(), options.nodes ?? 3);
    await using undo = new AsyncDisposableStack();
    undo.use(cluster);
    const { launch, roles = {} } = options;
    for (const member of cluster.members) {
      if (launch) member.launch = launch;
      const role = roles[member.id];
      if (role) member.play(role);
    }
    await Promise.all(cluster.members.map((member) => member.start()));
    await cluster.settled();
    undo.move();
    return cluster;
  }

  /** A node with that id at an address of its own; it is not started. */
  newMember(id: string): Member {
    const env = { DATABASE_URL: this.postgres.url, REDIS_URL: this.redis.url };
    return new Member(this.site, { id, port: freePort(), env });
  }

  /** The node with that number, from 0. */
  member(i: number): Member {
    const member = this.members[i % this.members.length];
    assert.ok(member);
    return member;
  }

  /** Runs SQL on the journal's database, beside the nodes. */
  database<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return withDatabase(this.postgres.url, work);
  }

  /** What the nodes complained of last: for people who look for the reason of a failure. */
  complaints(): string {
    return this.members.map(({ id, process }) => {
      const lines = process.log.split("\n").filter((line) => /"level":"(warn|error)"/.test(line));
      return [`${id}:`, ...lines.slice(-COMPLAINTS)].join("\n");
    }).join("\n");
  }

  /** Waits until each partition is where it belongs, if only these nodes take any; all unless given. */
  async settled(members: readonly Taker[] = this.members): Promise<void> {
    const ids = members.map(({ id }) => id);
    await this.database((sql) =>
      eventually(`${ids} hold what belongs to them`, async () => {
        const owners = await readOwners(sql);
        return owners.length === PARTITIONS &&
            owners.every((owner, partition) => owner === ownerOf(partition, members))
          ? true
          : null;
      })
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** Reads who holds what. A lease that ran out counts for nothing. */
export async function readOwners(sql: Sql): Promise<Owners> {
  const rows = await sql<{ owner: string | null }[]>`
    SELECT CASE WHEN lease_until > extract(epoch FROM clock_timestamp()) * 1000 THEN owner END AS owner
    FROM partitions ORDER BY id`;
  return rows.map(({ owner }) => owner);
}

/** The partition of a session. */
function partitionOfSession(session: string): number {
  return partitionOf({ tenant: "default", type: "session", id: session }, PARTITIONS);
}

/** Whether a session belongs to a node, when these are all that take partitions. */
export function belongsTo(session: string, { id }: Member, members: readonly Member[]): boolean {
  return ownerOf(partitionOfSession(session), members) === id;
}

/** The first ids `PREFIX-0`, `PREFIX-1`… of sessions that belong to one of the nodes. */
export function sessionsOf(
  member: Member,
  members: readonly Member[],
  { prefix, count }: { readonly prefix: string; readonly count: number },
): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) {
    const session = `${prefix}-${i}`;
    if (belongsTo(session, member, members)) found.push(session);
  }
  return found;
}

/** Looks again and again until there is something to see, for as long as a very busy machine needs. */
export function eventually<Found>(
  what: string,
  look: () => Promise<Found | null>,
): Promise<Found> {
  return until({ clock: systemClock }, what, look, PATIENCE_MS);
}
