import assert from "node:assert/strict";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import { silentLogger } from "../../telemetry/silent.ts";
import type { RedisStreams, RedisStreamsOptions } from "./open.ts";
import { TestRedis, until } from "./test_redis.ts";

const AWAY = "Redis is away; nothing is lost, answers and events come later";
const BACK = "Redis is back";

const EVENT = { seq: 1, type: "session.created", v: 1, cause: "c", at: 1, payload: {}, hash: "h" };

/** One commit for the egress. */
const OUTGOING = {
  partition: 0,
  position: 1,
  address: { tenant: "acme", type: "session", id: "a" },
  events: [EVENT],
};

interface LoggedNode {
  readonly streams: RedisStreams;
  readonly lines: string[];
}

async function openLogged(
  redis: TestRedis,
  options: Partial<RedisStreamsOptions> = {},
): Promise<LoggedNode> {
  const lines: string[] = [];
  const line = (_: unknown, message: string) => void lines.push(message);
  const log = { ...silentLogger, info: line, warn: line, error: line };
  const streams = await redis.open({ log, ...options });
  // So that it uses all its connections.
  streams.mailboxes.subscribe(() => {}).own([0]);
  streams.answers.listen(options.node ?? "node_1", () => {});
  return { streams, lines };
}

/** How often Redis was given a command. */
async function calls(redis: TestRedis, command: string): Promise<number> {
  const info = await redis.client.info("commandstats");
  const [, done = 0, rejected = 0] =
    new RegExp(`^cmdstat_${command}:calls=(\\d+).*rejected_calls=(\\d+)`, "m").exec(info) ?? [];
  return Number(done) + Number(rejected);
}

/** Waits until a node tried again, which it does with that command; three times. */
async function triedAgain(redis: TestRedis, command: "get" | "select"): Promise<void> {
  const before = await calls(redis, command);
  await until("it tried again", async () => await calls(redis, command) >= before + 3);
}

async function keysOf(redis: TestRedis): Promise<string[]> {
  return await redis.client.keys("*");
}

Deno.test("Link works in no other database when its own cannot be selected", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  const { streams, lines } = await openLogged(redis, { url: `${server.url}/99` });
  await until("it is told", () => /DB index is out of range/.test(streams.trouble() ?? ""));
  await triedAgain(redis, "select");
  assert.match(streams.trouble() ?? "", /^Redis is away \(ERR DB index is out of range\)/);
  assert.equal(streams.carries(), false);
  await assert.rejects(streams.egress!.deliver([OUTGOING]), { code: "streams_unavailable" });
  assert.deepEqual(await keysOf(redis), []);
  assert.deepEqual(lines, [AWAY]);
});

Deno.test("Link selects its database anew on each connection, when it may", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  const rights = ["on", ">secret", "~*", "+@all"];
  await redis.client.call("ACL", "SETUSER", "app", ...rights, "-select");
  const url = `${server.url.replace("redis://", "redis://app:secret@")}/3`;
  const { streams, lines } = await openLogged(redis, { url });
  await until("it is told", () => /NOPERM/.test(streams.trouble() ?? ""));
  await redis.client.call("ACL", "SETUSER", "app", "+select");
  await until("it carries", () => streams.carries());
  // The server ends every connection; then the right is missing.
  await redis.client.call("ACL", "SETUSER", "app", "-select");
  await redis.client.call("CLIENT", "KILL", "USER", "app");
  await until("it is told again", () => /NOPERM/.test(streams.trouble() ?? ""));
  await redis.client.call("ACL", "SETUSER", "app", "+select");
  await until("it carries again", () => streams.carries());
  await streams.egress!.deliver([OUTGOING]);
  assert.deepEqual(await keysOf(redis), []);
  await redis.client.select(3);
  assert.equal(await redis.client.xlen(redis.keys.egress), 1);
  assert.deepEqual(lines, [AWAY, BACK, AWAY, BACK]);
});

/** How often anybody connected to a server. */
async function connections(redis: TestRedis): Promise<number> {
  const info = await redis.client.info("stats");
  return Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
}

async function becomeReplica(redis: TestRedis, master: RedisServer): Promise<void> {
  await redis.client.replicaof("127.0.0.1", master.port);
  await until(
    "it is a replica",
    async () => /master_link_status:up/.test(await redis.client.info("replication")),
  );
}

Deno.test("Link says once that Redis became a replica, and once that it is a master again", async () => {
  await using server = await startRedis();
  await using master = await startRedis();
  await using redis = new TestRedis(server.url);
  const { streams, lines } = await openLogged(redis);
  await until("it carries", () => streams.carries());
  await becomeReplica(redis, master);
  await until("it is noticed", () => /READONLY/.test(streams.trouble() ?? ""));
  const before = await connections(redis);
  await triedAgain(redis, "get");
  assert.ok(await connections(redis) - before < 10, "It connects again and again");
  assert.match(streams.trouble() ?? "", /^Redis is away \(READONLY/);
  await redis.client.call("REPLICAOF", "NO", "ONE");
  await until("it carries again", () => streams.carries());
  assert.deepEqual(lines, [AWAY, BACK]);
});

Deno.test("Link says once that Redis is a replica from the start", async () => {
  await using server = await startRedis();
  await using master = await startRedis();
  await using redis = new TestRedis(server.url);
  await becomeReplica(redis, master);
  const { streams, lines } = await openLogged(redis);
  await until("it is noticed", () => /READONLY/.test(streams.trouble() ?? ""));
  await triedAgain(redis, "get");
  assert.equal(streams.carries(), false);
  assert.deepEqual(lines, [AWAY]);
});

Deno.test("Link leaves a Redis alone that is another journal's, until that one's mark goes", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  await redis.connect({ journal: "jrn_first", node: "node_1" });
  await redis.connect({ journal: "jrn_first", node: "node_2" });
  const { streams, lines } = await openLogged(redis, { journal: "jrn_second", node: "node_3" });
  const belongs = "Redis belongs to another Synapse (journal jrn_first): " +
    `give each its own database or namespace, or hand this one over (DEL ${redis.keys.journal})`;
  await until("it is told", () => streams.trouble() === belongs);
  assert.equal(streams.carries(), false);

  const stop = new AbortController();
  const taken: string[] = [];
  const post = (commands: readonly { id: string }[]) => {
    taken.push(...commands.map(({ id }) => id));
    return Promise.resolve(commands.map(() => Promise.resolve({ reply: null, repeated: false })));
  };
  const ingesting = streams.ingest({ post }, stop.signal);
  const message = ["session", "ses_1", "type", "message.send", "payload", '{"content":"a"}'];
  await redis.client.xadd(redis.keys.ingress, "*", "id", "a", ...message);
  await assert.rejects(streams.egress!.deliver([OUTGOING]), {
    code: "streams_unavailable",
    message: belongs,
  });
  await triedAgain(redis, "get");
  assert.deepEqual(taken, []);
  assert.equal(await redis.client.xlen(redis.keys.ingress), 1);
  assert.equal(await redis.client.exists(redis.keys.egress), 0);
  assert.equal(await redis.client.exists(redis.keys.seen("node_3")), 0);

  await redis.client.set(redis.keys.journal, "jrn_second");
  await until("it carries", () => streams.carries());
  await until("it reads the ingress", () => taken.length === 1);
  await streams.egress!.deliver([OUTGOING]);
  assert.deepEqual(lines, [belongs, BACK]);
  stop.abort();
  await ingesting;
});

Deno.test("Link marks a Redis anew that lost its data", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  await redis.connect({ journal: "jrn_first" });
  const journal = () => redis.client.get(redis.keys.journal);
  assert.equal(await journal(), "jrn_first");
  await server.flushAll();
  await until("it is marked", async () => await journal() === "jrn_first");
});
