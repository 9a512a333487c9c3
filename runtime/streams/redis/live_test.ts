import assert from "node:assert/strict";
import { startRedis } from "../../../.ci/services/redis.ts";
import { systemClock } from "../../clock.ts";
import { DEFAULT_LIMITS } from "../../limits.ts";
import type { LiveEntry } from "../port.ts";
import type { Followers } from "./followers.ts";
import { redisKeys } from "./keys.ts";
import type { Link } from "./link.ts";
import { RedisLiveEvents } from "./live.ts";
import type { Outlet } from "./outlet.ts";
import { LIVE_EVENT_CHARS_MAX } from "./records.ts";
import { TestRedis, until } from "./test_redis.ts";

const A = { tenant: "acme", type: "session", id: "a" };
const START = { seq: 0, n: 0 };
const { signal } = new AbortController();

function delta(n: number): LiveEntry {
  return { kind: "delta", cursor: { seq: 1, n }, text: `${n}`, first: n === 1 };
}

Deno.test("RedisLiveEvents has watchers read a large event in the journal", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const other = await redis.connect({ node: "node_2" });
  await using watch = await other.live.watch(A, START);
  const payload = "x".repeat(LIVE_EVENT_CHARS_MAX);
  const event = { seq: 1, type: "noted", v: 1, payload, cause: "c", at: 0, hash: "h" };
  node.live.publish(A, [{ kind: "event", cursor: { seq: 1, n: 0 }, event }]);
  assert.deepEqual(await watch.next(signal), []);
  await redis.clear();
});

Deno.test("RedisLiveEvents has watchers look into the journal now and then", async () => {
  await using redis = new TestRedis();
  // Five seconds pass in a twentieth of the time.
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 20 };
  const node = await redis.connect({ clock });
  await using watch = await node.live.watch(A, START);
  assert.deepEqual(await watch.next(signal), []);
  assert.equal(node.carries(), true);
});

Deno.test("RedisLiveEvents keeps a stream that is watched, and lets it go afterwards", async () => {
  await using redis = new TestRedis();
  const limits = { ...DEFAULT_LIMITS, live_idle_ms: 300 };
  const node = await redis.connect({ limits });
  const watch = await node.live.watch(A, START);
  node.live.publish(A, [delta(1)]);
  assert.deepEqual(await watch.next(signal), [delta(1)]);
  await systemClock.sleep(limits.live_idle_ms * 3);
  assert.equal(await redis.client.exists(redis.keys.live(A)), 1);
  await watch[Symbol.asyncDispose]();
  await until(
    "the stream is gone",
    async () => await redis.client.exists(redis.keys.live(A)) === 0,
  );
});

Deno.test("RedisLiveEvents serves many watchers of many actors through one connection", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  const node = await redis.connect();
  const clients = async () =>
    String(await redis.client.call("CLIENT", "LIST", "TYPE", "normal")).split("\n").length;
  const before = await clients();
  const actors = Array.from({ length: 300 }, (_, i) => ({ ...A, id: `a${i}` }));
  const watches = await Promise.all(actors.map((actor) => node.live.watch(actor, START)));
  assert.equal(await clients(), before);
  for (const actor of actors) node.live.publish(actor, [delta(1), delta(2)]);
  const seen = await Promise.all(watches.map(async (watch) => {
    const entries: LiveEntry[] = [];
    while (entries.length < 2) entries.push(...await watch.next(signal) ?? []);
    return entries;
  }));
  for (const entries of seen) assert.deepEqual(entries, [delta(1), delta(2)]);
  for (const watch of watches) await watch[Symbol.asyncDispose]();
});

Deno.test("RedisLiveEvents reads of a long stream only what a new watcher lacks", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  const [node, other] = [await redis.connect(), await redis.connect({ node: "node_2" })];
  const long = (n: number): LiveEntry => ({
    kind: "delta",
    cursor: { seq: 1, n },
    text: "x".repeat(1000),
    first: n === 1,
  });
  const entries = Array.from({ length: 1000 }, (_, i) => long(i + 1));
  node.live.publish(A, entries);
  const length = async () => await redis.client.xlen(redis.keys.live(A));
  await until("all is there", async () => await length() === entries.length);
  const sent = async () =>
    Number(/total_net_output_bytes:(\d+)/.exec(await redis.client.info("stats"))?.[1]);

  const before = await sent();
  await using late = await other.live.watch(A, { seq: 1, n: 990 });
  const bytes = await sent() - before;
  assert.deepEqual(late.kept, entries.slice(990));
  assert.ok(bytes < 100_000, `${bytes} bytes`);

  await using early = await other.live.watch(A, START);
  assert.deepEqual(early.kept, entries);
});

Deno.test("RedisLiveEvents begins with pieces; of an event there, the journal tells", async () => {
  await using redis = new TestRedis();
  const [node, other] = [await redis.connect(), await redis.connect({ node: "node_2" })];
  const body = { type: "noted", v: 1, payload: null, cause: "c", at: 0, hash: "h" };
  const event = (seq: number): LiveEntry => ({
    kind: "event",
    cursor: { seq, n: 0 },
    event: { seq, ...body },
  });
  node.live.publish(A, [event(1), delta(1)]);
  await until(
    "both are there",
    async () => await redis.client.xlen(redis.keys.live(A)) === 2,
  );
  await using watch = await other.live.watch(A, START);
  assert.deepEqual(watch.kept, [delta(1)]);
  node.live.publish(A, [event(2)]);
  assert.deepEqual(await watch.next(signal), [event(2)]);
  await redis.clear();
});

Deno.test("RedisLiveEvents reads past what a former owner wrote late", async () => {
  await using redis = new TestRedis();
  const [node, other] = [await redis.connect(), await redis.connect({ node: "node_2" })];
  const entries = Array.from({ length: 100 }, (_, i) => delta(i + 1));
  const late = delta(3);
  // The oldest of what is read first.
  for (const some of [entries.slice(0, 69), [late], entries.slice(69)]) {
    node.live.publish(A, some);
  }
  const length = async () => await redis.client.xlen(redis.keys.live(A));
  await until("all is there", async () => await length() === entries.length + 1);
  await using watch = await other.live.watch(A, { seq: 1, n: 10 });
  assert.deepEqual(watch.kept, entries.slice(10));
  await redis.clear();
});

Deno.test("RedisLiveEvents begins anew, and not in the middle, when reading what there is fails", async () => {
  const page = Array.from({ length: 32 }, (_, i) => {
    const n = `${100 - i}`;
    return [`${n}-0`, ["kind", "delta", "seq", "1", "n", n, "first", "0", "text", n]];
  });
  const answers = [() => page, () => Promise.reject(new Error("gone"))];
  let begun = "";
  const live = new RedisLiveEvents({
    link: {
      up: true,
      call: async () => await answers.shift()?.(),
      refused: () => {},
    } as unknown as Link,
    outlet: { append: () => {}, send: () => {} } as unknown as Outlet,
    followers: {
      follow: () => ({ begin: (id: string) => void (begun = id), end: () => {} }),
    } as unknown as Followers,
    keys: redisKeys("test"),
    clock: systemClock,
    limits: DEFAULT_LIMITS,
  });
  await using watch = await live.watch(A, START);
  assert.deepEqual(watch.kept, []);
  assert.deepEqual([begun, answers.length], ["0-0", 0]);
  await live.close();
});
