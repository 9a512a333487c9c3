import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { MeaningEmbedder } from "../memory/contract/meaning_embedder.ts";
import { item, textOf } from "../memory/contract/subject.ts";
import type { IndexFacts } from "../compose/qdrant.ts";
import { openQdrantMemory } from "../memory/qdrant/open.ts";
import { QdrantStandIn } from "../memory/qdrant/stand_in/server.ts";
import { testOptions } from "../memory/qdrant/test_server.ts";
import { checkQdrant, qdrantFindings } from "./check_qdrant.ts";

const WORLD = { clock: systemClock, entropy: systemEntropy, model: null };

const look = (url: string, more: { api_key?: string; model?: MeaningEmbedder } = {}) => {
  const { api_key = null, model = null } = more;
  return checkQdrant({ url, api_key }, { ...WORLD, model });
};

const FACTS = {
  reached: true,
  label: "qdrant:6333",
  version: "1.18.3",
  index: { state: "missing" },
} as const;

const THERE: IndexFacts = {
  state: "there",
  collection: "synapse_memory_1",
  fault: null,
  status: "green",
  items: 7,
};

Deno.test("qdrantFindings() wants a server that is new enough", () => {
  const statusOf = (version: string) => qdrantFindings({ ...FACTS, version })[0]?.status;
  for (const version of ["1.17.0", "1.18.3", "1.100.0", "2.0.0-dev"]) {
    assert.equal(statusOf(version), "ok", version);
  }
  for (const version of ["1.16.3", "0.99.0", "unknown", ""]) {
    assert.equal(statusOf(version), "fault", version);
  }
});

Deno.test("qdrantFindings() says what is the matter with the index, and how to mend it", () => {
  const finding = (index: IndexFacts) => qdrantFindings({ ...FACTS, index })[1];
  assert.equal(finding({ state: "missing" })?.status, "ok");
  assert.equal(
    finding(THERE)?.detail,
    "Collection synapse_memory_1 is as configured; items of all tenants: 7",
  );
  assert.equal(finding({ ...THERE, status: "yellow" })?.status, "ok");
  assert.match(finding({ ...THERE, status: "red" })?.detail ?? "", /does not work/);
  const unsuited = finding({ ...THERE, fault: "holds vectors of model a with 8 dimensions" });
  assert.equal(unsuited?.status, "fault");
  assert.match(unsuited?.mend ?? "", /^Run `synapse memory reindex`/);
  const taken = finding({ state: "name_taken", name: "synapse_memory" });
  assert.deepEqual([taken?.status, taken?.mend?.slice(0, 4)], ["fault", "Remo"]);
});

Deno.test("checkQdrant() looks at a server without changing it, before and after there is an index", async () => {
  await using server = new QdrantStandIn();
  const before = await look(server.url);
  assert.deepEqual(before.map(({ status }) => status), ["ok", "ok"]);
  assert.match(before[0]?.detail ?? "", /^Qdrant 1\.18\.3 at 127\.0\.0\.1:\d+ answers$/);
  assert.deepEqual(server.collections.names, []);
  await using memory = openQdrantMemory(testOptions(server.url));
  await memory.remember([item("m1", textOf(1)), item("g1", textOf(2), { tenant: "globex" })]);
  server.requests.length = 0;
  const after = await look(server.url);
  assert.match(after[1]?.detail ?? "", /is as configured; items of all tenants: 2$/);
  const asked = server.requests.map(({ operation }) => operation);
  assert.deepEqual(asked, [
    "GET /",
    "GET /aliases",
    "GET /collections/{collection_name}",
    "POST /collections/{collection_name}/points/count",
  ]);
});

Deno.test("checkQdrant() finds vectors of another size, and none where a model is configured", async () => {
  await using server = new QdrantStandIn();
  await using memory = openQdrantMemory(
    testOptions(server.url, { embedder: new MeaningEmbedder() }),
  );
  await memory.remember([item("m1", textOf(1))]);
  assert.equal((await look(server.url, { model: new MeaningEmbedder() }))[1]?.status, "ok");
  const model = new MeaningEmbedder({ dimensions: 48 });
  const [, other] = await look(server.url, { model });
  assert.equal(other?.status, "fault");
  assert.match(other?.detail ?? "", /with 64 dimensions, wanted .* with 48$/);
  assert.match(other?.mend ?? "", /`synapse memory reindex`/);
  // Without a model the vectors are left alone.
  assert.equal((await look(server.url))[1]?.status, "ok");
});

Deno.test("checkQdrant() finds a collection that has the index's name", async () => {
  await using server = new QdrantStandIn();
  server.collections.create("synapse_memory", {});
  const [, finding] = await look(server.url);
  assert.equal(finding?.status, "fault");
  assert.match(finding?.detail ?? "", /is called synapse_memory$/);
});

Deno.test("checkQdrant() tells a wrong key from a server that is not there, and shows no secret", async () => {
  await using server = new QdrantStandIn({ api_key: "right-key-0001" });
  assert.equal((await look(server.url, { api_key: "right-key-0001" }))[0]?.status, "ok");
  const [refused] = await look(server.url, { api_key: "wrong-key-0002" });
  assert.equal(refused?.status, "fault");
  assert.match(refused?.mend ?? "", /VECTOR_DB_API_KEY/);
  assert.doesNotMatch(JSON.stringify(refused), /(right|wrong)-key/);
  await server.stop();
  const { host } = new URL(server.url);
  const [gone] = await look(`http://me:hunter2@${host}`);
  assert.match(gone?.detail ?? "", new RegExp(`^At ${host}: .* cannot be reached: `));
  assert.match(gone?.mend ?? "", /^Start Qdrant/);
  assert.doesNotMatch(JSON.stringify(gone), /hunter2/);
});

Deno.test("checkQdrant() finds that something else listens there", async () => {
  for (
    const answer of [
      () => new Response("Not found", { status: 404 }),
      () => new Response("<html>Welcome</html>", { headers: { "content-type": "text/html" } }),
    ]
  ) {
    await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
    const findings = await look(`http://127.0.0.1:${other.addr.port}`);
    assert.deepEqual(findings.map(({ status }) => status), ["fault"]);
    assert.match(findings[0]?.mend ?? "", /correct VECTOR_DB_URL/);
  }
});
