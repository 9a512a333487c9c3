import assert from "node:assert/strict";
import { startRedis } from "../../../.ci/services/redis.ts";
import type { JournalEvent, Outgoing } from "../../journal/port.ts";
import type { RedisStreams } from "./open.ts";
import { TestRedis, until } from "./test_redis.ts";

const SESSION = { tenant: "acme", type: "session", id: "ses_1" };
const NOW = 1_700_000_000_000;

function events(from: number, to: number, at = NOW, payload = "x"): JournalEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    return { seq: from + i, type: "noted", v: 1, payload, cause: "c", at, hash: "h" };
  });
}

/** One commit of one session. */
function outgoing(position: number, events: readonly JournalEvent[], address = SESSION): Outgoing {
  return { partition: 3, position, address, events };
}

async function deliver(node: RedisStreams, ...commits: readonly Outgoing[]): Promise<void> {
  assert.ok(node.egress);
  await node.egress.deliver(commits);
}

async function seqs(redis: TestRedis, session = "ses_1"): Promise<number[]> {
  return (await redis.entries(redis.keys.egress))
    .filter((entry) => entry["session"] === session)
    .map((entry) => Number(entry["seq"]));
}

Deno.test("RedisEgress adds every event of every session, in order, and of nobody else", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const other = { ...SESSION, id: "ses_2" };
  const schedule = { ...SESSION, type: "schedule", id: "sch_1" };
  const commits = Array.from({ length: 1200 }, (_, i) => {
    const address = [SESSION, other, schedule][i % 3];
    const seq = Math.floor(i / 3) * 2 + 1;
    return outgoing(i + 1, events(seq, seq + 1), address);
  });
  await deliver(node, ...commits);
  const all = Array.from({ length: 800 }, (_, i) => i + 1);
  assert.deepEqual(await seqs(redis), all);
  assert.deepEqual(await seqs(redis, other.id), all);
  assert.equal(await redis.client.xlen(redis.keys.egress), 1600);
  await redis.clear();
});

Deno.test("RedisEgress leaves out what was added before, by whichever node", async () => {
  await using redis = new TestRedis();
  const [one, two] = [await redis.connect(), await redis.connect({ node: "node_2" })];
  const first = outgoing(7, events(1, 2));
  const second = outgoing(8, events(3, 3, NOW - 5));
  await deliver(one, first);
  await deliver(one, first, second);
  await deliver(two, first, second, outgoing(12, events(4, 4)));
  await deliver(one, second);
  assert.deepEqual(await seqs(redis), [1, 2, 3, 4]);
  // Another partition's positions have nothing to do with these.
  await deliver(two, { ...outgoing(1, events(1, 1), { ...SESSION, id: "ses_2" }), partition: 4 });
  assert.deepEqual(await seqs(redis, "ses_2"), [1]);
  await redis.clear();
});

Deno.test("RedisEgress goes on with a journal that began anew", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  await deliver(node, outgoing(1000, events(1, 1)));
  const anew = outgoing(1, events(1, 1, NOW + 1), { ...SESSION, id: "ses_2" });
  await deliver(node, anew);
  await deliver(node, anew, outgoing(2, events(2, 2, NOW + 1), { ...SESSION, id: "ses_2" }));
  assert.deepEqual(await seqs(redis, "ses_2"), [1, 2]);
  await redis.clear();
});

Deno.test("RedisEgress goes on with a journal that went back to a backup", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const before = [1, 2, 3, 4].map((n) => outgoing(n, events(n, n, NOW + n)));
  await deliver(node, ...before);
  // At the backup's point 2 was owed still; then the history has another end, which is longer, later.
  const after = [3, 4, 5].map((n) => outgoing(n, events(n, n, NOW + 10 + n)));
  await deliver(node, before[1]!, ...after);
  assert.deepEqual(await seqs(redis), [1, 2, 3, 4, 3, 4, 5]);
  // As docs/operations.md says: what a clock that is behind has made is taken for old.
  await redis.clear();
  await deliver(node, ...before);
  await deliver(node, outgoing(3, events(3, 3, NOW)));
  assert.deepEqual(await seqs(redis), [1, 2, 3, 4]);
  await redis.clear();
});

Deno.test("RedisEgress splits much text into several commands", async () => {
  await using redis = new TestRedis();
  const node = await redis.connect();
  const payload = "x".repeat(1_000_000);
  const commits = Array.from(
    { length: 12 },
    (_, i) => outgoing(i + 1, events(i + 1, i + 1, NOW, payload)),
  );
  await deliver(node, ...commits);
  assert.deepEqual(await seqs(redis), commits.map(({ position }) => position));
  await redis.clear();
});

Deno.test("RedisEgress says when events may not have arrived, and takes them again", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  const node = await redis.connect();
  const commits = [outgoing(1, events(1, 1)), outgoing(2, events(2, 2))] as const;
  await deliver(node, commits[0]);
  await redis.client.config("SET", "maxmemory", "1");
  await assert.rejects(deliver(node, ...commits), { code: "streams_unavailable", message: /OOM/ });
  await redis.client.config("SET", "maxmemory", "0");
  assert.deepEqual(await seqs(redis), [1]);
  await deliver(node, ...commits);
  assert.deepEqual(await seqs(redis), [1, 2]);

  await server.stop();
  await until("it is away", () => node.trouble() !== null);
  await assert.rejects(deliver(node, ...commits), { code: "streams_unavailable" });
  await server.start();
  await until("it is back", () => node.trouble() === null);
  await deliver(node, ...commits);
  assert.deepEqual(await seqs(redis), [1, 2]);
});
