/**
 * What is watched: two nodes with a Postgres and a Redis of their own, the exporters of both, and the
 * Prometheus that scrapes all of them. In the place of Qdrant stands a server that answers Prometheus
 * and nobody else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startPostgres } from "../../../.ci/services/postgres.ts";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import type { Server } from "../../../.ci/services/server.ts";
import { makeServerFolder } from "../../../.ci/services/server_folder.ts";
import { apiPath } from "../../../runtime/cli/client.ts";
import { eventually, sessionsOf } from "../../../runtime/e2e/cluster/cluster.ts";
import { Member } from "../../../runtime/e2e/cluster/member.ts";
import { freePort } from "../../../runtime/e2e/free_port.ts";
import { ledgerSkill } from "../../../runtime/e2e/ledger.ts";
import { Site } from "../../../runtime/e2e/site.ts";
import { Prometheus } from "./prometheus.ts";
import { startRefusingProvider, startScrapedQdrant, type StoppableServer } from "./stand_ins.ts";
import { startServerProgram } from "./server_program.ts";

/** A skill that waits for a person. */
export const RISKY_SKILL = "wire_money";

/** Agents, by what their model is like. */
export const AGENTS = { quick: "quick", slow: "slow", refused: "refused" } as const;

/** All of it. Dispose of it to end all of it. */
export interface Stage extends AsyncDisposable {
  readonly site: Site;
  readonly postgres: Server;
  readonly redis: RedisServer;
  readonly qdrant: StoppableServer;
  /** Of Postgres and of Redis. */
  readonly exporters: readonly [Server, Server];
  readonly prometheus: Prometheus;
  readonly members: readonly [Member, Member];
}

/** Starts it, and waits until each node is scraped and has its partitions. */
export async function startStage(): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  const refusing = started.use(startRefusingProvider());
  const [postgres, redis, site] = await Promise.all([
    startPostgres(),
    startRedis(),
    Site.create({
      config: configOf(refusing.url),
      skills: skillsOf,
      env: { REFUSED_KEY: "sk-revoked-long-ago" },
    }),
  ]);
  for (const one of [postgres, redis, site]) started.use(one);
  const qdrant = started.use(startScrapedQdrant());
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    VECTOR_DB_URL: qdrant.url,
  };
  const metricsPorts = [freePort(), freePort()] as const;
  const member = (i: 0 | 1) =>
    new Member(site, {
      id: `n${i + 1}`,
      port: freePort(),
      env: { ...env, SYNAPSE_METRICS_PORT: String(metricsPorts[i]) },
    });
  const members = [member(0), member(1)] as const;
  await Promise.all(members.map((one) => one.start()));
  const exporters = await Promise.all([startPostgresExporter(postgres), startRedisExporter(redis)]);
  for (const one of exporters) started.use(one);
  const address = (port: number) => `127.0.0.1:${port}`;
  const prometheus = started.use(
    await Prometheus.start({
      synapse: metricsPorts.map(address),
      postgres: [address(exporters[0].port)],
      redis: [address(exporters[1].port)],
      qdrant: [new URL(qdrant.url).host],
    }),
  );
  const stage = { site, postgres, redis, qdrant, exporters, prometheus, members };
  await isWhole(stage);
  const owned = started.move();
  return { ...stage, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Waits until Prometheus sees all partitions, on both nodes. */
export async function isWhole({ prometheus }: Pick<Stage, "prometheus">): Promise<void> {
  await eventually("both nodes hold partitions", async () => {
    const [sum] = await prometheus.query(
      'sum(synapse_partitions_owned) == 128 and count(up{job="synapse"} == 1) == 2 ' +
        "and min(synapse_partitions_owned) > 0",
    );
    return sum ?? null;
  });
}

/** Opens sessions of an agent that belong to a node, unless they are there. The commands go `by` another one if so wanted. */
export async function openSessions(
  { members }: Pick<Stage, "members">,
  { owner, by = owner, agent = AGENTS.quick, prefix, count }: {
    readonly owner: Member;
    readonly by?: Member;
    readonly agent?: string;
    readonly prefix: string;
    readonly count: number;
  },
): Promise<readonly string[]> {
  const ids = sessionsOf(owner, members, { prefix, count });
  const open = (id: string) => by.client.post(apiPath("sessions"), { id, agent }, { key: id });
  await Promise.all(ids.map(open));
  assert.equal(ids.length, count);
  return ids;
}

function configOf(refusing: string) {
  return {
    llm: {
      retry: { attempts: 1 },
      providers: {
        refusing: {
          kind: "openai",
          base_url: refusing,
          api_key_env: "REFUSED_KEY",
          default_model: AGENTS.refused,
        },
        demo: {
          prices: { [AGENTS.quick]: { input_usd_per_mtok: 1, output_usd_per_mtok: 2 } },
        },
      },
    },
    agents: {
      [AGENTS.quick]: {
        model: `demo/${AGENTS.quick}`,
        skills: ["clock", "calculator", RISKY_SKILL],
      },
      [AGENTS.slow]: { model: `demo/${AGENTS.slow}` },
      [AGENTS.refused]: { model: `refusing/${AGENTS.refused}` },
    },
    memory: { policy: { recall: { auto: true, k: 5 } } },
  };
}

function skillsOf(root: string) {
  return { "wire.ts": ledgerSkill(root, { name: RISKY_SKILL, idempotent: false, risk: 4 }) };
}

async function startPostgresExporter(postgres: Server): Promise<Server> {
  const port = freePort();
  return await startServerProgram({
    service: "postgres-exporter",
    port,
    command: ["prometheus-postgres-exporter", `--web.listen-address=127.0.0.1:${port}`],
    env: { DATA_SOURCE_NAME: `${postgres.url}?sslmode=disable` },
    readyPath: "/metrics",
    place: await makeServerFolder("postgres-exporter"),
  });
}

async function startRedisExporter(redis: RedisServer): Promise<Server> {
  const port = freePort();
  return await startServerProgram({
    service: "redis-exporter",
    port,
    command: [
      "prometheus-redis-exporter",
      `--redis.addr=${redis.url}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    readyPath: "/metrics",
    place: await makeServerFolder("redis-exporter"),
  });
}
