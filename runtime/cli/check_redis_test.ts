import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { checkRedis, redisFindings } from "./check_redis.ts";

const FACTS = {
  reached: true,
  label: "redis://cache",
  version: "7.0.15",
  maxmemory_policy: "noeviction",
} as const;

Deno.test("redisFindings() wants a server that is new enough and keeps what it is given", () => {
  const statuses = (change: object) =>
    redisFindings({ ...FACTS, ...change }).map(({ status }) => status);
  assert.deepEqual(statuses({}), ["ok", "ok"]);
  assert.deepEqual(statuses({ version: "10.1.0" }), ["ok", "ok"]);
  assert.deepEqual(statuses({ version: "6.2.7" }), ["fault", "ok"]);
  assert.deepEqual(statuses({ version: "of an unknown version" }), ["fault", "ok"]);
  assert.deepEqual(statuses({ maxmemory_policy: "allkeys-lru" }), ["ok", "warning"]);
  assert.deepEqual(statuses({ maxmemory_policy: null }), ["ok"]);
});

Deno.test("redisFindings() tells a wrong password from a server that is not there", () => {
  const mend = (reason: string) =>
    redisFindings({ reached: false, label: "redis://cache", reason })[0]?.mend ?? "";
  assert.match(mend("WRONGPASS invalid username-password pair"), /^Correct user and password/);
  assert.match(mend("connect ECONNREFUSED"), /^Start Redis/);
});

Deno.test("checkRedis() finds that nobody listens, and shows no password", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const [finding] = await checkRedis(`redis://:hunter2@127.0.0.1:${port}`, systemClock);
  assert.equal(finding?.status, "fault");
  assert.match(finding?.detail ?? "", /^redis:\/\/127\.0\.0\.1:\d+ cannot be used: .+/);
  assert.doesNotMatch(JSON.stringify(finding), /hunter2/);
});

Deno.test("checkRedis() looks at a server that runs", async () => {
  const url = Deno.env.get("TEST_REDIS_URL");
  assert.ok(url, "TEST_REDIS_URL is not set: `deno task test` sets it");
  const [server, memory] = await checkRedis(url, systemClock);
  assert.equal(server?.status, "ok", server?.detail);
  assert.match(server?.detail ?? "", /^Redis \d+\.\S+ at redis.* answers$/);
  assert.match(memory?.detail ?? "", /^maxmemory-policy is \w/);
});
