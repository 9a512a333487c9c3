import assert from "node:assert/strict";
import { Redis } from "ioredis";
import { freePort } from "../../../.ci/services/free_port.ts";
import { type RedisServer, startRedis } from "../../../.ci/services/redis.ts";
import type { Answer, PostedCommand } from "../../engine/port.ts";
import type { LiveEntry } from "../port.ts";
import type { RedisStreams } from "./open.ts";
import { TestRedis, until } from "./test_redis.ts";

const SLOTS = 16_384;
const { signal } = new AbortController();

/** A cluster of three masters, and a client of each. */
class TestCluster implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly servers: RedisServer[] = [];
  readonly clients: Redis[] = [];

  get url(): string {
    return `redis+cluster://${this.servers.map(({ port }) => `127.0.0.1:${port}`).join(",")}`;
  }

  async start(): Promise<void> {
    // The usual bus port, 10,000 above the other, is one that the system hands out to clients.
    const buses = Array.from({ length: 3 }, () => freePort());
    for (const [i, bus] of buses.entries()) {
      const settings = {
        "cluster-enabled": "yes",
        "cluster-config-file": "nodes.conf",
        "cluster-port": String(bus),
      };
      const server = this.#stack.use(await startRedis({ settings }));
      const client = new Redis(server.url);
      this.#stack.defer(async () => {
        const ended = new Promise((resolve) => client.once("end", resolve));
        client.disconnect();
        await ended;
      });
      const [from, to] = [i, i + 1].map((part) => Math.floor(SLOTS * part / 3));
      await client.call("CLUSTER", "ADDSLOTSRANGE", from!, to! - 1);
      this.servers.push(server);
      this.clients.push(client);
    }
    for (const [i, { port }] of this.servers.entries()) {
      await this.clients[0]!.call("CLUSTER", "MEET", "127.0.0.1", port, buses[i]!);
    }
    await until("the cluster is ready", async () => {
      const infos = await Promise.all(this.clients.map((client) => client.cluster("INFO")));
      return infos.every((info) =>
        /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info)
      );
    });
  }

  /** How many keys each master has. */
  sizes(): Promise<number[]> {
    return Promise.all(this.clients.map((client) => client.dbsize()));
  }

  /** Sends a command to whichever master has the key. */
  async call(command: string, key: string, ...args: string[]): Promise<unknown> {
    for (const client of this.clients) {
      try {
        return await client.call(command, key, ...args);
      } catch (error) {
        assert.match(String(error), /MOVED/);
      }
    }
    assert.fail(`No master has ${key}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function delta(n: number): LiveEntry {
  return { kind: "delta", cursor: { seq: 1, n }, text: `${n}`, first: n === 1 };
}

/** Notices to many partitions arrive, each partition's in order, and answers come back. */
async function checkNotices(writer: RedisStreams, reader: RedisStreams): Promise<void> {
  const partitions = Array.from({ length: 32 }, (_, i) => i);
  const heard = new Map<number, string[]>();
  const answered: string[] = [];
  reader.mailboxes.subscribe(({ partition, address }) => {
    heard.set(partition, [...heard.get(partition) ?? [], address.id]);
    reader.answers.send("writer", [{ address, command_id: address.id, reply: null }]);
  }).own(partitions);
  writer.answers.listen("writer", ({ command_id }) => answered.push(command_id));
  for (const id of ["a", "b", "c"]) {
    writer.mailboxes.announce(partitions.map((partition) => {
      return { partition, address: { tenant: "acme", type: "session", id } };
    }));
  }
  await until("all are answered", () => answered.length === 96);
  for (const partition of partitions) assert.deepEqual(heard.get(partition), ["a", "b", "c"]);
}

async function checkLive(writer: RedisStreams, reader: RedisStreams): Promise<void> {
  const actors = Array.from({ length: 20 }, (_, i) => {
    return { tenant: "acme", type: "session", id: `ses_${i}` };
  });
  for (const actor of actors) {
    await using watch = await reader.live.watch(actor, { seq: 0, n: 0 });
    writer.live.publish(actor, [delta(1), delta(2)]);
    const seen: LiveEntry[] = [];
    while (seen.length < 2) seen.push(...await watch.next(signal) ?? []);
    assert.deepEqual(seen, [delta(1), delta(2)]);
  }
}

/** A commit is there once, though it was delivered twice. */
async function checkEgress(writer: RedisStreams, egressLength: () => Promise<unknown>) {
  const address = { tenant: "acme", type: "session", id: "ses_1" };
  const event = { seq: 1, type: "noted", v: 1, payload: null, cause: "c", at: 1, hash: "h" };
  assert.ok(writer.egress);
  for (let times = 0; times < 2; times++) {
    await writer.egress.deliver([{ partition: 1, position: 1, address, events: [event] }]);
    assert.equal(await egressLength(), 1);
  }
}

Deno.test("openRedisStreams() works on Redis Cluster", async () => {
  await using cluster = new TestCluster();
  await cluster.start();
  await using redis = new TestRedis(cluster.url);
  const writer = await redis.connect({ node: "writer" });
  const reader = await redis.connect({ node: "reader" });
  await checkNotices(writer, reader);
  await checkLive(writer, reader);
  await checkEgress(writer, () => cluster.call("XLEN", redis.keys.egress));
  assert.ok((await cluster.sizes()).every((keys) => keys > 5), "Keys are spread over all masters");

  const taken: string[] = [];
  const post = (commands: readonly PostedCommand[]) => {
    taken.push(...commands.map(({ address }) => address.id));
    return Promise.resolve(
      commands.map((): Promise<Answer> => Promise.resolve({ reply: null, repeated: false })),
    );
  };
  const stop = new AbortController();
  const running = reader.ingest({ post }, stop.signal);
  const fields = ["session", "ses_1", "type", "message.send", "payload", '{"content":"hello"}'];
  await cluster.call("XADD", redis.keys.ingress, "*", "id", "bad one", ...fields);
  await cluster.call("XADD", redis.keys.ingress, "*", "id", "1", ...fields);
  await until(
    "the ingress is empty",
    async () => await cluster.call("XLEN", redis.keys.ingress) === 0,
  );
  assert.deepEqual(taken, ["ses_1"]);
  assert.equal(await cluster.call("XLEN", redis.keys.ingress_dead), 1);
  stop.abort();
  await running;
});
