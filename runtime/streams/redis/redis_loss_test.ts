import assert from "node:assert/strict";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import { silentLogger } from "../../telemetry/silent.ts";
import type { LiveEntry, Watch } from "../port.ts";
import type { RedisStreams } from "./open.ts";
import { TestRedis, until } from "./test_redis.ts";

const A = { tenant: "acme", type: "session", id: "a" };
const PARTITION = 3;
const { signal } = new AbortController();

function delta(n: number): LiveEntry {
  return { kind: "delta", cursor: { seq: 1, n }, text: `${n}`, first: n === 1 };
}

/** Reads until that piece came; how often the watcher was told to look into the journal meanwhile. */
async function readTo(watch: Watch, n: number): Promise<{ pieces: number[]; looks: number }> {
  const pieces: number[] = [];
  let looks = 0;
  while (pieces.at(-1) !== n) {
    const entries = await watch.next(signal);
    assert.ok(entries, "The watch ended");
    if (entries.length === 0) looks++;
    pieces.push(...entries.map(({ cursor }) => cursor.n));
  }
  return { pieces, looks };
}

/** Something of everything that a node does, and whether it comes through. */
class Traffic {
  readonly heard: string[] = [];
  readonly answered: string[] = [];
  readonly #node: RedisStreams;

  constructor(node: RedisStreams) {
    this.#node = node;
    node.mailboxes.subscribe(({ address }) => this.heard.push(address.id)).own([PARTITION]);
    node.answers.listen("node_1", ({ command_id }) => this.answered.push(command_id));
  }

  send(id: string): void {
    this.#node.mailboxes.announce([{ partition: PARTITION, address: { ...A, id } }]);
    this.#node.answers.send("node_1", [{ address: A, command_id: id, reply: null }]);
  }

  /** Sends until it comes through: what is sent at a bad moment may be lost. */
  async through(id: string): Promise<void> {
    await until(`${id} comes through`, () => {
      this.send(id);
      return this.heard.includes(id) && this.answered.includes(id);
    });
  }
}

async function setUp(server: RedisServer) {
  const redis = new TestRedis(server.url);
  const lines: string[] = [];
  const line = (_: unknown, message: string) => void lines.push(message);
  const log = { ...silentLogger, info: line, warn: line, error: line };
  const node = await redis.open({ log });
  return { redis, node, lines };
}

const AWAY = "Redis is away; nothing is lost, answers and events come later";

Deno.test("openRedisStreams() opens without Redis, and connects when it is there", async () => {
  await using server = await startRedis();
  await server.stop();
  const { redis, node, lines } = await setUp(server);
  await using _ = redis;
  const traffic = new Traffic(node);
  await using watch = await node.live.watch(A, { seq: 0, n: 0 });
  assert.deepEqual(watch.kept, []);
  traffic.send("lost");
  // A node's own watchers need no Redis.
  node.live.publish(A, [delta(1)]);
  assert.deepEqual((await readTo(watch, 1)).pieces, [1]);
  assert.deepEqual(await watch.next(signal), []);
  await until("it is told", () => lines.length > 0);
  assert.match(node.trouble() ?? "", /^Redis is away \(.*ECONNREFUSED/);
  assert.equal(node.carries(), false);

  await server.start();
  await traffic.through("found");
  node.live.publish(A, [delta(2)]);
  assert.deepEqual((await readTo(watch, 2)).pieces, [2]);
  await until("all is well", () => node.carries());
  assert.deepEqual(lines, [AWAY, "Redis is back"]);
});

Deno.test("openRedisStreams() goes on when Redis loses its data", async () => {
  await using server = await startRedis();
  const { redis, node } = await setUp(server);
  await using _ = redis;
  const traffic = new Traffic(node);
  await traffic.through("before");
  await using watch = await node.live.watch(A, { seq: 0, n: 0 });
  node.live.publish(A, [delta(1)]);
  await readTo(watch, 1);
  await until(
    "it has left a sign of life",
    async () => await redis.client.exists(redis.keys.seen("node_1")) === 1,
  );
  await server.flushAll();
  // The loss is noticed though nothing else comes.
  assert.deepEqual(await watch.next(signal), []);
  await traffic.through("after");
  node.live.publish(A, [delta(2)]);
  assert.deepEqual((await readTo(watch, 2)).pieces, [2]);
  assert.equal(node.trouble(), null);
});

Deno.test("openRedisStreams() goes on when Redis restarts, and says so twice in all", async () => {
  await using server = await startRedis();
  const { redis, node, lines } = await setUp(server);
  await using _ = redis;
  const traffic = new Traffic(node);
  await traffic.through("before");
  const other = await redis.connect({ node: "node_2" });
  await using watch = await other.live.watch(A, { seq: 0, n: 0 });
  await server.kill();
  await until("it is away", () => node.trouble() !== null && other.trouble() !== null);
  for (let i = 0; i < 200; i++) {
    traffic.send("lost");
    node.live.publish(A, [delta(1)]);
  }
  assert.deepEqual(await watch.next(signal), []);
  await server.start();
  await traffic.through("after");
  await until("both are back", () => node.carries() && other.carries());
  node.live.publish(A, [delta(2)]);
  const { pieces, looks } = await readTo(watch, 2);
  assert.deepEqual(pieces, [2]);
  assert.ok(looks >= 1);
  assert.deepEqual(lines, [AWAY, "Redis is back"]);
});

Deno.test("openRedisStreams() notices that Redis hangs, and goes on when it no longer does", async () => {
  await using server = await startRedis();
  const { redis, node } = await setUp(server);
  await using _ = redis;
  const traffic = new Traffic(node);
  await traffic.through("before");
  await server.pause();
  await until("it is noticed", () => node.trouble() !== null);
  traffic.send("lost");
  await server.resume();
  await traffic.through("after");
});

Deno.test("openRedisStreams() says that Redis takes no writes, once", async () => {
  await using server = await startRedis();
  const { redis, node, lines } = await setUp(server);
  await using _ = redis;
  const traffic = new Traffic(node);
  await traffic.through("before");
  await redis.client.config("SET", "maxmemory", "1");
  await until("it is noticed", () => node.trouble() !== null);
  assert.match(node.trouble() ?? "", /^Redis refuses to write \(OOM/);
  for (let i = 0; i < 50; i++) traffic.send("lost");
  await redis.client.config("SET", "maxmemory", "0");
  await until("it is noticed", () => node.trouble() === null);
  await traffic.through("after");
  assert.ok(lines.every((line) => line === "Redis refused a command"), lines.join("\n"));
  assert.ok(lines.length <= 3, lines.join("\n"));
});

Deno.test("openRedisStreams() can be closed while Redis is away", async () => {
  await using server = await startRedis();
  const { redis, node } = await setUp(server);
  await using _ = redis;
  new Traffic(node);
  await using watch = await node.live.watch(A, { seq: 0, n: 0 });
  await server.stop();
  await node[Symbol.asyncDispose]();
  while (await watch.next(signal) !== null);
  assert.match(node.trouble() ?? "", /^Redis is away/);
});
