import assert from "node:assert/strict";
import { startRedis } from "../../../.ci/services/redis.ts";
import { systemClock } from "../../clock.ts";
import type { Answer, PostedCommand, Poster } from "../../engine/port.ts";
import { SynapseError } from "../../errors.ts";
import { TestRedis, until } from "./test_redis.ts";

/** An engine that remembers what it was given, as a journal would. */
class FakeEngine implements Poster, AsyncDisposable {
  /** Contents of messages by session, in the order in which they were stored. */
  readonly stored = new Map<string, string[]>();
  readonly #ids = new Set<string>();
  readonly #digests = new Map<string, string>();
  #handled: Promise<unknown> = Promise.resolve();
  away = false;
  /** The longest time that storing a command takes, in milliseconds. */
  slow_ms = 0;
  /** Sessions whose answers do not come in time. */
  readonly late = new Set<string>();

  post(commands: readonly PostedCommand[]): Promise<readonly Promise<Answer>[]> {
    if (this.away) return Promise.reject(new SynapseError("journal_unavailable", "away"));
    const answers = commands.map((command) => this.#handle(command));
    this.#handled = Promise.allSettled([this.#handled, ...answers]);
    return Promise.resolve(answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handled;
  }

  async #handle({ address, command, id, digest }: PostedCommand): Promise<Answer> {
    if (this.slow_ms > 0) await systemClock.sleep(Math.random() * this.slow_ms);
    const repeated = this.#ids.has(id);
    if ((this.#digests.get(id) ?? digest) !== digest) {
      throw new SynapseError("idempotency_key_reused", "Was used for another");
    }
    if (address.id === "closed") return { reject: { code: "session_closed", message: "Closed" } };
    if (!repeated) {
      const { content } = command as { content: string };
      this.stored.set(address.id, [...this.stored.get(address.id) ?? [], content]);
      this.#ids.add(id);
      this.#digests.set(id, digest);
    }
    if (this.late.has(address.id)) throw new SynapseError("answer_late", "late");
    return { reply: null, repeated };
  }
}

interface Message {
  readonly id: string;
  readonly session?: string;
  readonly content?: string;
}

/** Adds messages as a producer would. */
async function produce(redis: TestRedis, ...messages: readonly Message[]): Promise<void> {
  const pipeline = redis.client.pipeline();
  for (const { id, session = "ses_1", content = id } of messages) {
    const payload = JSON.stringify({ content });
    const fields = ["id", id, "session", session, "type", "message.send", "payload", payload];
    pipeline.xadd(redis.keys.ingress, "*", ...fields);
  }
  await pipeline.exec();
}

/** How many entries were read and not acknowledged. */
async function pending(redis: TestRedis): Promise<number> {
  const groups = await redis.client.xinfo("GROUPS", redis.keys.ingress) as unknown[][];
  return groups.reduce((sum, facts) => sum + Number(facts[facts.indexOf("pending") + 1]), 0);
}

async function drained(redis: TestRedis): Promise<void> {
  await until(
    "the ingress is empty",
    async () => await redis.client.xlen(redis.keys.ingress) === 0 && await pending(redis) === 0,
  );
}

/** Runs an ingress on one node until the test ends. */
async function setUp(redis: TestRedis, engine = new FakeEngine(), node = "node_1") {
  const streams = await redis.connect({ node });
  const stop = new AbortController();
  const running = streams.ingest(engine, stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  return { engine, streams, end, [Symbol.asyncDispose]: end };
}

Deno.test("ingest() brings each message once, in order for each session, and buries what it cannot", async () => {
  await using redis = new TestRedis();
  const wanted = new Map<string, string[]>();
  const messages: Message[] = [];
  for (let i = 0; i < 890; i++) {
    const session = `ses_${i % 7}`;
    messages.push({ id: `m${i}`, session });
    wanted.set(session, [...wanted.get(session) ?? [], `m${i}`]);
    if (i % 9 === 8 || i === 889) messages.push({ id: `m${i}`, session });
    if (i % 89 === 0) messages.push({ id: `bad ${i}`, session });
  }
  await produce(redis, ...messages.slice(0, 500));
  await using run = await setUp(redis);
  await produce(redis, ...messages.slice(500));
  await drained(redis);
  assert.deepEqual(run.engine.stored, wanted);
  const dead = await redis.entries(redis.keys.ingress_dead);
  assert.equal(dead.length, 10);
  for (const { id, code, reason, fields, entry } of dead) {
    assert.match(id!, /^bad /);
    assert.equal(code, "invalid_request");
    assert.match(reason!, /entry\.id/);
    assert.equal(JSON.parse(fields!).id, id);
    assert.match(entry!, /^\d+-\d+$/);
  }
  await redis.clear();
});

Deno.test("ingest() buries what is refused, and an id that was used for something else", async () => {
  await using redis = new TestRedis();
  await using _ = await setUp(redis);
  await produce(redis, { id: "a", session: "closed" }, { id: "b" }, { id: "b", content: "other" });
  await drained(redis);
  const dead = await redis.entries(redis.keys.ingress_dead);
  assert.deepEqual(dead.map(({ id, code }) => `${id} ${code}`).sort(), [
    "a session_closed",
    "b idempotency_key_reused",
  ]);
  await redis.clear();
});

Deno.test("ingest() buries an entry that has a field twice", async () => {
  await using redis = new TestRedis();
  await using run = await setUp(redis);
  const fields = ["id", "a", "session", "ses_1", "type", "message.send"];
  const payloads = ["payload", '{"content":"one"}', "payload", '{"content":"two"}'];
  await redis.client.xadd(redis.keys.ingress, "*", ...fields, ...payloads);
  await drained(redis);
  assert.deepEqual(run.engine.stored, new Map());
  const [dead] = await redis.entries(redis.keys.ingress_dead);
  assert.partialDeepStrictEqual(dead, {
    id: "a",
    code: "invalid_request",
    reason: "entry.payload: Is given more than once",
  });
  await redis.clear();
});

Deno.test("ingest() takes nothing from the stream while the journal is away", async () => {
  await using redis = new TestRedis();
  const engine = new FakeEngine();
  engine.away = true;
  await using _ = await setUp(redis, engine);
  await produce(redis, { id: "a" }, { id: "b" }, { id: "c", session: "ses_2" });
  await until("they are read", async () => await pending(redis) === 3);
  assert.equal(await redis.client.xlen(redis.keys.ingress), 3);
  engine.away = false;
  await drained(redis);
  assert.deepEqual(engine.stored, new Map([["ses_1", ["a", "b"]], ["ses_2", ["c"]]]));
  assert.equal(await redis.client.xlen(redis.keys.ingress_dead), 0);
  await redis.clear();
});

Deno.test("ingest() begins with what a consumer that is gone had read", async () => {
  await using redis = new TestRedis();
  await produce(redis, { id: "a" }, { id: "b" }, { id: "c" });
  await redis.client.xgroup("CREATE", redis.keys.ingress, "synapse", "0");
  const key = redis.keys.ingress;
  await redis.client.xreadgroup("GROUP", "synapse", "dead", "COUNT", 2, "STREAMS", key, ">");
  await using run = await setUp(redis);
  await drained(redis);
  assert.deepEqual(run.engine.stored.get("ses_1"), ["a", "b", "c"]);
  await redis.clear();
});

Deno.test("ingest() hands over to another node, and nothing comes twice", async () => {
  await using redis = new TestRedis();
  const engine = new FakeEngine();
  const ids = Array.from({ length: 300 }, (_, i) => `m${i}`);
  const first = await setUp(redis, engine, "node_1");
  await produce(redis, ...ids.map((id) => ({ id })));
  await until("some are stored", () => (engine.stored.get("ses_1")?.length ?? 0) > 20);
  await first.end();
  await using _ = await setUp(redis, engine, "node_2");
  await drained(redis);
  assert.deepEqual(engine.stored.get("ses_1"), ids);
  await redis.clear();
});

Deno.test("ingest() keeps the order while two nodes believe that it is theirs", async () => {
  await using redis = new TestRedis();
  await using engine = new FakeEngine();
  engine.slow_ms = 8;
  const sessions = ["ses_1", "ses_2", "ses_3"];
  const ids = Array.from({ length: 400 }, (_, i) => `m${i}`);
  await using _one = await setUp(redis, engine, "node_1");
  await using _two = await setUp(redis, engine, "node_2");
  for (let from = 0; from < ids.length; from += 10) {
    const some = ids.slice(from, from + 10);
    await produce(
      redis,
      ...some.flatMap((id) => sessions.map((session) => ({ id, session }))),
    );
    if (from % 100 === 0) await until("some are handled", () => engine.stored.size > 0);
  }
  await drained(redis);
  for (const session of sessions) assert.deepEqual(engine.stored.get(session), ids);
  await redis.clear();
});

Deno.test("ingest() keeps what is not answered in time, goes on, and comes back to it", async () => {
  await using redis = new TestRedis();
  const engine = new FakeEngine();
  engine.late.add("slow");
  await using _ = await setUp(redis, engine);
  await produce(redis, { id: "a", session: "slow" }, { id: "b", session: "slow" }, { id: "c" });
  await until(
    "only the slow ones are left",
    async () => await redis.client.xlen(redis.keys.ingress) === 2,
  );
  await until("they are stored", () => engine.stored.get("slow")?.length === 2);
  engine.late.clear();
  await drained(redis);
  assert.deepEqual(engine.stored, new Map([["slow", ["a", "b"]], ["ses_1", ["c"]]]));
  assert.equal(await redis.client.xlen(redis.keys.ingress_dead), 0);
  await redis.clear();
});

Deno.test("ingest() goes on after Redis lost its data, or was away", async () => {
  await using server = await startRedis();
  await using redis = new TestRedis(server.url);
  await using run = await setUp(redis);
  await produce(redis, { id: "a" });
  await drained(redis);
  await server.flushAll();
  await produce(redis, { id: "b" });
  await until("b is stored", () => run.engine.stored.get("ses_1")?.length === 2);
  await server.restart();
  await until("it is back", () => run.streams.carries());
  await produce(redis, { id: "b" }, { id: "c" });
  await drained(redis);
  assert.deepEqual(run.engine.stored.get("ses_1"), ["a", "b", "c"]);
});
