import assert from "node:assert/strict";
import { silentLogger } from "../../telemetry/silent.ts";
import type { Notice } from "../port.ts";
import { TestRedis, until } from "./test_redis.ts";

const PARTITION = 3;

function notice(id: string): Notice {
  return { partition: PARTITION, address: { tenant: "acme", type: "session", id } };
}

/** How many notices lie in the partition's stream, and how many of them were read and not acknowledged. */
async function left(redis: TestRedis): Promise<[length: number, pending: number]> {
  const key = redis.keys.mailbox(PARTITION);
  const [pending] = await redis.client.xpending(key, "owner") as [number];
  return [await redis.client.xlen(key), pending];
}

Deno.test("RedisMailboxes takes handled notices out of the stream", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const heard: string[] = [];
  node.mailboxes.subscribe(({ address }) => heard.push(address.id)).own([PARTITION]);
  node.mailboxes.announce([notice("a"), notice("b")]);
  await until("both are heard", () => heard.length === 2);
  await until("none is left", async () => (await left(redis)).every((count) => count === 0));
  assert.deepEqual(heard, ["a", "b"]);
  await redis.clear();
});

Deno.test("RedisMailboxes gives a new owner what was announced before, and what another left", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const key = redis.keys.mailbox(PARTITION);
  node.mailboxes.announce([notice("read by one who died"), notice("never read")]);
  await until("they are there", async () => await redis.client.xlen(key) === 2);
  await redis.client.xgroup("CREATE", key, "owner", "0");
  await redis.client.xreadgroup("GROUP", "owner", "dead", "COUNT", 1, "STREAMS", key, ">");

  const heard: string[] = [];
  node.mailboxes.subscribe(({ address }) => heard.push(address.id)).own([PARTITION]);
  await until("both are heard", () => heard.length === 2);
  assert.deepEqual(heard, ["read by one who died", "never read"]);
  await until("none is left", async () => (await left(redis)).every((count) => count === 0));
  const consumers = await redis.client.xinfo("CONSUMERS", key, "owner") as unknown[][];
  assert.deepEqual(consumers.map((facts) => facts[1]), ["node_1"]);
  await redis.clear();
});

Deno.test("RedisMailboxes leaves what it cannot read, and what a handler cannot take, behind", async () => {
  await using redis = new TestRedis();
  const faults: string[] = [];
  const log = { ...silentLogger, error: (_: unknown, message: string) => faults.push(message) };
  const node = await redis.connect({ log });
  await redis.client.xadd(redis.keys.mailbox(PARTITION), "*", "not", "a notice");
  const heard: string[] = [];
  node.mailboxes.subscribe(({ address: { id } }) => {
    if (id === "bad") throw new TypeError("cannot take it");
    heard.push(id);
  }).own([PARTITION]);
  node.mailboxes.announce([notice("bad"), notice("good")]);
  await until("the good one is heard", () => heard.length === 1);
  await until("none is left", async () => (await left(redis)).every((count) => count === 0));
  assert.deepEqual([heard, faults], [["good"], ["Notice was not taken: cannot take it"]]);
  await redis.clear();
});
