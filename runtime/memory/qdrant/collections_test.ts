import assert from "node:assert/strict";
import { MeaningEmbedder } from "../contract/meaning_embedder.ts";
import { item, textOf } from "../contract/subject.ts";
import type { Embedder, Memory } from "../port.ts";
import { openQdrantMemory } from "./open.ts";
import { QdrantStandIn } from "./stand_in/server.ts";
import { testOptions } from "./test_server.ts";

const UNAVAILABLE = { code: "memory_unavailable" };

function open({ url }: QdrantStandIn, embedder: Embedder | null = null): Memory {
  return openQdrantMemory(testOptions(url, { embedder }));
}

Deno.test("The first start makes the collection as the questions need it", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server, new MeaningEmbedder());
  await memory.check();
  const collection = server.collections.get("synapse_memory");
  assert.deepEqual(collection.request, {
    vectors: { meaning: { size: 64, distance: "Cosine" } },
    sparse_vectors: { words: { modifier: "idf" } },
    hnsw_config: { m: 0, payload_m: 16 },
    metadata: { synapse: { layout: 1, model: "meanings", dimensions: 64 } },
  });
  assert.deepEqual([...collection.indexes.keys()], ["tenant", "agent", "session", "kind", "at"]);
  assert.deepEqual(collection.indexes.get("tenant")?.params, { type: "keyword", is_tenant: true });
  assert.equal(memory.carrier, `Qdrant at ${new URL(server.url).host}, collection synapse_memory`);
});

Deno.test("Nodes that start together share one collection", async () => {
  await using server = new QdrantStandIn();
  const nodes = Array.from({ length: 8 }, () => open(server));
  await Promise.all(nodes.map((memory) => memory.check()));
  assert.equal(server.collections.names.length, 1);
  await Promise.all(nodes.map((memory, n) => memory.remember([item(`m${n}`, textOf(n))])));
  for (const memory of nodes) {
    assert.equal((await memory.stats("acme")).items, nodes.length);
    await memory[Symbol.asyncDispose]();
  }
});

Deno.test("A start that broke off half way is taken up", async () => {
  await using server = new QdrantStandIn();
  for (let broken = 1; broken <= 9; broken++) {
    for (const name of server.collections.names) server.collections.delete(name);
    let calls = 0;
    server.failing = () => ++calls >= broken ? { kind: "status", status: 403 } : null;
    await using first = open(server);
    await assert.rejects(first.check(), UNAVAILABLE);
    server.failing = null;
    await using second = open(server);
    await second.check();
    assert.equal(server.collections.names.length, 1);
    assert.equal(server.collections.get("synapse_memory").indexes.size, 5);
  }
});

Deno.test("Indexes that a collection lacks are added", async () => {
  await using server = new QdrantStandIn();
  await using first = open(server);
  await first.remember([item("m1", textOf(1))]);
  server.collections.get("synapse_memory").indexes.delete("at");
  await using second = open(server);
  assert.equal((await second.list({ tenant: "acme" }, { cursor: null, limit: 9 })).items.length, 1);
});

Deno.test("A collection of unknown make is left alone, also an empty one", async () => {
  await using server = new QdrantStandIn();
  const metadata = { synapse: { layout: 2, model: null, dimensions: null } };
  for (
    const [request, why] of [
      [{}, /was not made by Synapse/],
      [{ metadata, vectors: {} }, /made by a newer version/],
    ] as const
  ) {
    server.collections.create("theirs", request);
    server.collections.setAlias("synapse_memory", "theirs");
    await using memory = open(server);
    await assert.rejects(memory.check(), { ...UNAVAILABLE, message: why });
    assert.deepEqual(server.collections.names, ["theirs"]);
    server.collections.delete("theirs");
  }
});

Deno.test("A collection under the alias's own name is left alone", async () => {
  await using server = new QdrantStandIn();
  server.collections.create("synapse_memory", {});
  await using memory = open(server);
  await assert.rejects(memory.check(), { ...UNAVAILABLE, message: /alias.*already exists/ });
  assert.ok(server.collections.names.includes("synapse_memory"));
});

Deno.test("Without a model, a collection with vectors answers by words", async () => {
  await using server = new QdrantStandIn();
  await using first = open(server, new MeaningEmbedder());
  await first.remember([item("m1", "Anna likes tea")]);
  await using second = open(server);
  await second.check();
  const query = { text: "tea", filter: { tenant: "acme" }, k: 1 };
  assert.equal((await second.recall(query))[0]?.item.id, "m1");
  assert.equal((await second.stats("acme")).dense, false);
});

Deno.test("Every question and every change names the tenant, or points of its own", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server, new MeaningEmbedder());
  await memory.check();
  server.requests.length = 0;
  const filter = { tenant: "acme", ids: ["m1"], kinds: ["fact" as const] };
  await memory.remember([item("m1", "Anna likes tea")]);
  await memory.remember([item("m2", "Anna likes tea", { at: item("m1", "").at + 1 })]);
  for (const mode of ["hybrid", "lexical", "dense"] as const) {
    await memory.recall({ text: "tea", filter, k: 3, mode });
  }
  await memory.list(filter, { cursor: null, limit: 1 });
  await memory.stats("acme");
  await memory.forget(filter);
  const names = (part: { filter?: { must?: object[] } }) =>
    part.filter?.must?.some((condition) =>
      JSON.stringify(condition) === '{"key":"tenant","match":{"value":"acme"}}'
    ) ?? false;
  const seen = new Set<string>();
  for (const { operation, body } of server.requests) {
    const what = operation.replace(/.*\}/, "");
    if (body === undefined) continue;
    seen.add(what);
    const restricted: boolean[] = [...body.searches ?? [], ...body.prefetch ?? []].map(names);
    if (body.filter !== undefined && what !== "/points/payload") restricted.push(names(body));
    const byId = body.ids ?? body.points ?? body.filter?.must?.[0]?.has_id;
    assert.ok(byId !== undefined || restricted.length > 0, `${operation} is not restricted`);
    assert.ok(restricted.every(Boolean), `${operation} names no tenant`);
  }
  assert.deepEqual([...seen].sort(), [
    "/facet",
    "/points",
    "/points/count",
    "/points/delete",
    "/points/payload",
    "/points/query",
    "/points/query/batch",
    "/points/scroll",
  ]);
});
