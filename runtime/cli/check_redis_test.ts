import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { startRedis } from "../../.ci/services/redis.ts";
import { systemClock } from "../clock.ts";
import { checkRedis, redisFindings } from "./check_redis.ts";

const FACTS = {
  reached: true,
  label: "redis://cache",
  version: "7.0.15",
  maxmemory_policy: "noeviction",
  owner: { key: "synapse:journal", journal: null },
  write_fault: null,
} as const;

const OWN = { id: "jrn_own" };

const look = (url: string) => checkRedis({ url, namespace: "synapse" }, systemClock, null);

async function connect(url: string) {
  const redis = new Redis(url);
  await redis.ping();
  return { redis, [Symbol.asyncDispose]: async () => void await redis.quit() };
}

Deno.test("redisFindings() wants a server that is new enough and keeps what it is given", () => {
  const statuses = (change: object) =>
    redisFindings({ ...FACTS, ...change }, null).map(({ status }) => status);
  assert.deepEqual(statuses({}), ["ok", "ok"]);
  assert.deepEqual(statuses({ version: "10.1.0" }), ["ok", "ok"]);
  assert.deepEqual(statuses({ version: "6.2.7" }), ["fault", "ok"]);
  assert.deepEqual(statuses({ version: "of an unknown version" }), ["fault", "ok"]);
  assert.deepEqual(statuses({ maxmemory_policy: "allkeys-lru" }), ["ok", "warning"]);
  assert.deepEqual(statuses({ maxmemory_policy: null }), ["ok"]);
});

Deno.test("redisFindings() finds that Redis is another Synapse's, and says how to part them", () => {
  const owner = (journal: string | null, own: string | null, key = "synapse:journal") =>
    redisFindings({ ...FACTS, owner: { key, journal } }, { id: own }).at(-1)!;
  assert.equal(owner("jrn_own", "jrn_own").status, "ok");
  assert.match(owner("jrn_own", "jrn_own").detail, /^synapse:journal names this journal, jrn_own$/);
  assert.match(owner(null, "jrn_own").detail, /^No synapse:journal yet/);
  const foreign = owner("jrn_other", "jrn_own", "shop:journal");
  assert.equal(foreign.status, "fault");
  assert.match(foreign.detail, /shop:journal is jrn_other, the configured journal is jrn_own$/);
  assert.match(foreign.mend ?? "", /redis\.namespace.*redis-cli DEL shop:journal$/);
  assert.match(owner("jrn_other", null).detail, /the configured journal is still to be made$/);
  assert.equal(redisFindings(FACTS, null).length, 2);
});

Deno.test("redisFindings() tells a wrong password from a server that is not there", () => {
  const mend = (reason: string) =>
    redisFindings({ reached: false, label: "redis://cache", reason }, null)[0]?.mend ??
      "";
  assert.match(mend("WRONGPASS invalid username-password pair"), /^Correct user and password/);
  assert.match(mend("NOPERM this user has no permissions to run the 'select' command"), /\+select/);
  assert.match(mend("NOPERM this user has no permissions to run the 'info' command"), /rights/);
  assert.match(mend("ERR DB index is out of range"), /`databases` in redis\.conf/);
  assert.match(mend("connect ECONNREFUSED"), /^Start Redis/);
});

Deno.test("checkRedis() finds a replica, and a database that is not there", async () => {
  await using server = await startRedis();
  await using client = await connect(server.url);
  await client.redis.replicaof("127.0.0.1", server.port);
  const [replica] = await look(server.url);
  assert.equal(replica?.status, "fault");
  assert.match(replica?.detail ?? "", /^redis:.* takes no writes: READONLY/);
  assert.match(replica?.mend ?? "", /^Name the master/);
  const [missing] = await look(`${server.url}/99`);
  assert.match(missing?.detail ?? "", /cannot be used: ERR DB index is out of range/);
});

Deno.test("checkRedis() changes nothing", async () => {
  await using server = await startRedis();
  await using client = await connect(server.url);
  const place = { url: server.url, namespace: "synapse" };
  const statuses = async () =>
    (await checkRedis(place, systemClock, OWN)).map(({ status }) => status);
  assert.deepEqual(await statuses(), ["ok", "ok", "ok"]);
  assert.equal(await client.redis.dbsize(), 0);
  await client.redis.set("synapse:journal", "jrn_other");
  assert.deepEqual(await statuses(), ["ok", "ok", "fault"]);
  await client.redis.set("synapse:journal", OWN.id);
  assert.deepEqual(await statuses(), ["ok", "ok", "ok"]);
});

Deno.test("checkRedis() finds that nobody listens, and shows no password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const [finding] = await look(`redis://:hunter2@127.0.0.1:${port}`);
  assert.equal(finding?.status, "fault");
  assert.match(finding?.detail ?? "", /^redis:\/\/127\.0\.0\.1:\d+ cannot be used: .+/);
  assert.doesNotMatch(JSON.stringify(finding), /hunter2/);
});

Deno.test("checkRedis() looks at a server that runs", async () => {
  const url = Deno.env.get("TEST_REDIS_URL");
  assert.ok(url, "TEST_REDIS_URL is not set: `deno task test` sets it");
  const [server, memory] = await look(url);
  assert.equal(server?.status, "ok", server?.detail);
  assert.match(server?.detail ?? "", /^Redis \d+\.\S+ at redis.* answers$/);
  assert.match(memory?.detail ?? "", /^maxmemory-policy is \w/);
});
