import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { freePort } from "../../../.ci/services/free_port.ts";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import { REDIS } from "../../../.ci/services/requirements.ts";
import { search, thisMachine } from "../../../.ci/services/search.ts";
import { systemClock } from "../../clock.ts";
import { TestRedis, until } from "./test_redis.ts";

/** Timers of the client that nothing clears end after 2 s. */
const CLIENT_TIMER_MS = 2200;

const A = { tenant: "acme", type: "session", id: "a" };

/** Starts a Sentinel that watches a master named `main`. */
async function startSentinel(master: RedisServer) {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const path = `${folder}/sentinel.conf`;
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 2000",
  ];
  await Deno.writeTextFile(path, `${lines.join("\n")}\n`);
  const args = [path, "--sentinel"];
  const installed = await search(REDIS, thisMachine());
  assert.ok(installed.folder, "Redis is not installed");
  const process = new Deno.Command(`${installed.folder}/redis-server`, { args, stdout: "null" })
    .spawn();
  return {
    port,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function connect(port: number) {
  const client = new Redis({ port, host: "127.0.0.1" });
  client.on("error", () => {});
  return {
    client,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => client.once("end", resolve));
      client.disconnect();
      await ended;
    },
  };
}

Deno.test("openRedisStreams() follows the master that a Sentinel names", async () => {
  await using first = await startRedis();
  await using second = await startRedis();
  await using replica = await connect(second.port);
  await replica.client.replicaof("127.0.0.1", first.port);
  await using sentinel = await startSentinel(first);
  await using watcher = await connect(sentinel.port);
  await until(
    "the Sentinel knows both",
    async () =>
      String(await watcher.client.call("SENTINEL", "REPLICAS", "main")).includes("ip,127.0.0.1"),
  );

  await using redis = new TestRedis(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
  const node = await redis.connect();
  const heard: string[] = [];
  node.mailboxes.subscribe(({ address }) => heard.push(address.id)).own([1]);
  const through = (id: string) =>
    until(`${id} comes through`, () => {
      node.mailboxes.announce([{ partition: 1, address: { ...A, id } }]);
      return heard.includes(id);
    });
  await through("before");
  await until(
    "the replica is ready",
    async () =>
      String(await watcher.client.call("SENTINEL", "FAILOVER", "main").catch(String)) === "OK",
  );
  await until(
    "the replica is master",
    async () => String(await replica.client.call("ROLE")).startsWith("master"),
  );
  heard.length = 0;
  await through("after");
  const key = redis.keys.mailbox(1);
  await until("the new master has the stream", async () => await replica.client.exists(key) === 1);
  assert.ok(heard.includes("after"));
  // The client has timers for connections that it left.
  await systemClock.sleep(CLIENT_TIMER_MS);
});
