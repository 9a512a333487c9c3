import assert from "node:assert/strict";
import { createEntropy } from "../entropy.ts";
import { ManualClock } from "../manual_clock.ts";
import { silentLogger } from "../telemetry/silent.ts";
import { type EmbeddingReply, EmbeddingServer } from "./embedding_server.ts";
import { createEmbedder, type EmbedderOptions } from "./embeddings.ts";

const NEVER = new AbortController().signal;
const VECTORS: EmbeddingReply = {
  kind: "vectors",
  vector: (text) => [text.length, 0, 4 * Number(text.includes("x"))],
};

/** A clock on which waiting takes no time, but is noted. */
class HastyClock extends ManualClock {
  readonly waits: number[] = [];

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === DEADLINE_MS) return super.sleep(ms, signal);
    this.waits.push(ms);
    return Promise.resolve();
  }
}

const DEADLINE_MS = 30_000;

function embedder(server: EmbeddingServer, more: Partial<EmbedderOptions> = {}) {
  const clock = new HastyClock();
  const made = createEmbedder({
    model: "small",
    dimensions: 3,
    base_url: server.url,
    api_key: "the-key",
    retry: { attempts: 3, base_ms: 100, max_ms: 1000 },
    deadline_ms: DEADLINE_MS,
    clock,
    entropy: createEntropy(() => 0, (bytes) => void bytes.fill(128)),
    log: silentLogger,
    ...more,
  });
  return { clock, embed: (...texts: string[]) => made.embed(texts, NEVER), made };
}

const status = (status: number, headers = {}): EmbeddingReply => ({
  kind: "status",
  status,
  message: "sorry",
  headers,
});

Deno.test("createEmbedder() sends texts in OpenAI's format and brings vectors to length 1", async () => {
  await using server = new EmbeddingServer(VECTORS);
  const { embed } = embedder(server);
  const vectors = await embed("xyz", "hello");
  assert.deepEqual(vectors.map((vector) => [...vector]), [
    [...new Float32Array([0.6, 0, 0.8])],
    [1, 0, 0],
  ]);
  const [{ path, headers, body } = assert.fail()] = server.requests;
  assert.equal(path, "/v1/embeddings");
  assert.equal(headers.get("authorization"), "Bearer the-key");
  assert.deepEqual(body, { model: "small", input: ["xyz", "hello"], encoding_format: "float" });
});

Deno.test("createEmbedder() asks a model that can for the length of its vectors", async () => {
  await using server = new EmbeddingServer(VECTORS);
  await embedder(server, { model: "text-embedding-3-small" }).embed("a");
  assert.equal(server.requests[0]?.body["dimensions"], 3);
});

Deno.test("createEmbedder() needs no key for a server of one's own", async () => {
  await using server = new EmbeddingServer(VECTORS);
  await embedder(server, { api_key: null }).embed("a");
  assert.equal(server.requests[0]?.headers.get("authorization"), null);
});

Deno.test("createEmbedder() asks for each text once, also for one that comes again later", async () => {
  await using server = new EmbeddingServer(VECTORS);
  const { embed } = embedder(server);
  const [a, b, again] = await embed("a", "bb", "a");
  assert.equal(a, again);
  assert.deepEqual((await embed("bb", "ccc"))[0], b);
  assert.deepEqual(await embed(), []);
  assert.deepEqual(server.requests.map(({ body }) => body.input), [["a", "bb"], ["ccc"]]);
});

Deno.test("createEmbedder() keeps so many vectors and no more", async () => {
  await using server = new EmbeddingServer({
    kind: "vectors",
    vector: () => Array.from({ length: 2 ** 20 }, () => 1),
  });
  const { embed } = embedder(server, { dimensions: 2 ** 20 });
  for (const text of ["a", "b", "c", "d"]) await embed(text);
  await embed("a");
  assert.equal(server.requests.length, 4, "All four fit into the cache");
  await embed("e");
  await embed("a");
  assert.equal(server.requests.length, 5, "The one used last was kept");
  await embed("b");
  assert.equal(server.requests.length, 6, "The one used longest ago was not");
});

Deno.test("createEmbedder() cuts many texts, and very long ones", async () => {
  await using server = new EmbeddingServer(VECTORS);
  const { embed } = embedder(server);
  const texts = Array.from({ length: 200 }, (_, i) => `text ${i}`);
  assert.equal((await embed(...texts)).length, 200);
  assert.deepEqual(server.requests.map(({ body }) => body.input.length), [96, 96, 8]);
  assert.deepEqual(server.requests.flatMap(({ body }) => body.input), texts);

  const long = Array.from({ length: 30 }, (_, i) => `${i}${"😀".repeat(10_000)}`);
  await embed(...long, " ");
  const sent = server.requests.slice(3).map(({ body }) => body.input);
  assert.ok(sent.length > 1);
  for (const text of sent.flat()) assert.ok(text.length <= 8000 && text.isWellFormed());
  assert.equal(sent.flat().at(-1), " ", "An empty text is refused by OpenAI");
});

Deno.test("createEmbedder() tries again after what may pass, honouring Retry-After", async () => {
  const passing: EmbeddingReply[] = [
    status(429, { "retry-after": "7" }),
    status(408),
    status(409),
    status(503),
    { kind: "cut" },
    { kind: "body", body: "{oops" },
    { kind: "body", body: '{"data":[]}' },
    { kind: "body", body: '{"data":[{"index":1,"embedding":[1,0,0]}]}' },
    { kind: "body", body: '{"data":[{"index":0,"embedding":[0,0,0]}]}' },
    { kind: "body", body: '{"data":"none"}' },
  ];
  for (const reply of passing) {
    await using server: EmbeddingServer = new EmbeddingServer(reply, VECTORS);
    const { embed, clock } = embedder(server);
    assert.equal((await embed("a")).length, 1, JSON.stringify(reply));
    assert.equal(server.requests.length, 2);
    const floor = reply.kind === "status" && reply.status === 429 ? 7000 : 0;
    assert.deepEqual(clock.waits, [floor + 50]);
  }
});

Deno.test("createEmbedder() gives up after its attempts, with growing waits", async () => {
  await using server = new EmbeddingServer(status(500));
  const { embed, clock } = embedder(server);
  await assert.rejects(embed("a"), {
    code: "memory_unavailable",
    message: /^Embedding model small cannot be used: .*status 500: sorry/,
  });
  assert.equal(server.requests.length, 3);
  assert.deepEqual(clock.waits, [50, 100]);
});

Deno.test("createEmbedder() gives up at once where no waiting helps", async () => {
  const lasting: EmbeddingReply[] = [
    status(401),
    status(403),
    status(404),
    status(429, { "x-should-retry": "false" }),
    { kind: "vectors", vector: () => [1, 2] },
  ];
  for (const reply of lasting) {
    await using server = new EmbeddingServer(reply);
    await assert.rejects(embedder(server).embed("a"), { code: "memory_unavailable" });
    assert.equal(server.requests.length, 1, JSON.stringify(reply));
  }
});

Deno.test("createEmbedder() sends a text that is refused in pieces, and the others alone", async () => {
  await using server = new EmbeddingServer({
    kind: "picky",
    chars_max: 300,
    vector: (text) => [Number(text.includes("x")), Number(text.includes("y")), 0],
  });
  const { embed, clock } = embedder(server);
  const long = `${"x".repeat(600)}${"y".repeat(600)}`;
  const [short, made] = await embed("y", long);
  assert.deepEqual([...short!], [0, 1, 0]);
  assert.deepEqual([...made!], [...new Float32Array([Math.SQRT1_2, Math.SQRT1_2, 0])]);
  const { length } = server.requests;
  assert.deepEqual(await embed(long, "y"), [made, short]);
  assert.equal(server.requests.length, length, "Both are kept");
  assert.deepEqual(clock.waits, []);
});

Deno.test("createEmbedder() gives what is refused whole a vector like no other's", async () => {
  const dimensions = 512;
  await using wide = new EmbeddingServer({
    kind: "picky",
    chars_max: 50,
    vector: () => [1, ...Array<number>(dimensions - 1).fill(0)],
  });
  const vectors = await embedder(wide, { dimensions }).embed(
    "a".repeat(100),
    "b".repeat(100),
    "short",
  );
  for (const [i, one] of vectors.entries()) {
    for (const [j, other] of vectors.entries()) {
      const product = one.reduce((sum, value, n) => sum + value * other[n]!, 0);
      if (i === j) assert.ok(Math.abs(product - 1) < 1e-5);
      else assert.ok(Math.abs(product) < 0.5);
    }
  }
  const again = await embedder(wide, { dimensions }).embed("a".repeat(100));
  assert.deepEqual(again[0], vectors[0]);
});

Deno.test("createEmbedder() gives up on a model that refuses everything", async () => {
  for (const code of [400, 413, 422]) {
    await using server: EmbeddingServer = new EmbeddingServer(status(code));
    await assert.rejects(embedder(server).embed("a", "b"), { code: "memory_unavailable" });
    assert.equal(server.requests.length, 2);
  }
});

Deno.test("createEmbedder() names both sizes when the model's vectors have another", async () => {
  await using server = new EmbeddingServer({ kind: "vectors", vector: () => [1, 2] });
  await assert.rejects(embedder(server).embed("a"), {
    message: /makes vectors of 2 dimensions, configured are 3/,
  });
});

Deno.test("createEmbedder() keeps a key out of what it says", async () => {
  const key = "sk-proj-0123456789abcdefghijklmnop";
  await using server = new EmbeddingServer({
    kind: "status",
    status: 401,
    message: `Incorrect API key provided: ${key}`,
  });
  await assert.rejects(embedder(server, { api_key: key }).embed("a"), (error) => {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(error.message, /0123456789/);
    return true;
  });
});

Deno.test("createEmbedder() says when nobody is there", async () => {
  const server = new EmbeddingServer(VECTORS);
  const { embed } = embedder(server);
  await server[Symbol.asyncDispose]();
  await assert.rejects(embed("a"), { code: "memory_unavailable", message: /could not be reached/ });
});

/** Lets a request arrive that is never answered. */
async function arrived(server: EmbeddingServer, clock: ManualClock): Promise<void> {
  while (server.requests.length === 0) await clock.yield();
}

Deno.test("createEmbedder() does not wait past the deadline", async () => {
  await using server = new EmbeddingServer({ kind: "hang" }, VECTORS);
  const { embed, clock } = embedder(server);
  const vectors = embed("a");
  await arrived(server, clock);
  await clock.advance(DEADLINE_MS);
  assert.equal((await vectors).length, 1);
  assert.equal(server.requests.length, 2);
});

Deno.test("createEmbedder() ends when nobody wants the vectors any more", async () => {
  await using server = new EmbeddingServer({ kind: "hang" });
  const { made, clock } = embedder(server);
  const caller = new AbortController();
  const vectors = made.embed(["a"], caller.signal);
  await arrived(server, clock);
  caller.abort();
  await assert.rejects(vectors, { code: "memory_unavailable", message: /cancelled/ });
  await assert.rejects(made.embed(["a"], caller.signal), { code: "memory_unavailable" });
  assert.equal(server.requests.length, 1);
});
