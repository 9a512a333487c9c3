import assert from "node:assert/strict";
import { MeaningEmbedder } from "../contract/meaning_embedder.ts";
import { ACME, idsOf, item, textOf } from "../contract/subject.ts";
import { ManualClock } from "../../manual_clock.ts";
import type { Embedder, Memory } from "../port.ts";
import { openQdrantMemory } from "./open.ts";
import { PAUSE_MS_MAX, SILENCE_MS_MAX } from "./sign_of_life.ts";
import { QdrantStandIn } from "./stand_in/server.ts";
import { testOptions } from "./test_server.ts";

const GLOBEX = { tenant: "globex" };
const ITEMS = Array.from({ length: 10 }, (_, n) => item(`m${n}`, textOf(n)));

function open({ url }: QdrantStandIn, embedder: Embedder | null = null): Memory {
  return openQdrantMemory(testOptions(url, { embedder }));
}

for (const tenant of [null, "acme"]) {
  const whose = tenant === null ? "everybody's" : "one tenant's";
  Deno.test(`A rebuild of ${whose} index holds what another node does meanwhile`, async () => {
    await using server = new QdrantStandIn();
    await using builder = open(server);
    await using other = open(server);
    await other.remember([...ITEMS, item("g1", textOf(1), GLOBEX)]);
    await using rebuild = await builder.rebuild(tenant);
    await rebuild.add(ITEMS.slice(0, 5));
    await other.remember([item("during", textOf(20)), item("g2", textOf(2), GLOBEX)]);
    assert.equal(await other.forget({ ...ACME, ids: ["m1", "m7"] }), 2);
    await rebuild.add(ITEMS.slice(5));
    await rebuild.add([item("g1", textOf(1), GLOBEX)]);
    await rebuild.finish();
    const left = ITEMS.map(({ id }) => id).filter((id) => id !== "m1" && id !== "m7");
    for (const memory of [builder, other]) {
      assert.deepEqual(await idsOf(memory), ["during", ...left]);
      assert.deepEqual(await idsOf(memory, GLOBEX), ["g1", "g2"]);
    }
    assert.equal(server.collections.names.length, 1);
    assert.equal(server.collections.aliases.size, 1);
    // The notes are gone.
    assert.equal(server.collections.get("synapse_memory").points.size, left.length + 3);
  });
}

Deno.test("What is forgotten after its page was read is not put in later", async () => {
  await using server = new QdrantStandIn();
  await using builder = open(server);
  await using other = open(server);
  // The index has lost them: only the journal still has what is forgotten here.
  await using rebuild = await builder.rebuild(null);
  await other.forget({ ...ACME, session: "ses_1" });
  await rebuild.add(ITEMS);
  await rebuild.add([item("kept", textOf(30), { session: "ses_2" })]);
  await rebuild.finish();
  assert.deepEqual(await idsOf(other), ["kept"]);
});

Deno.test("What is forgotten while it is being put in is taken out again", async () => {
  await using server = new QdrantStandIn();
  await using builder = open(server);
  await using other = open(server);
  await other.remember(ITEMS);
  await using rebuild = await builder.rebuild(null);
  const upsert = "PUT /collections/{collection_name}/points";
  let forgetting: Promise<number> | null = null;
  server.failing = (operation) => {
    // Between the reading of the notes and the storing of the items.
    if (operation === upsert && forgetting === null) {
      forgetting = other.forget({ ...ACME, ids: ["m3"] });
      return { kind: "status", status: 503 };
    }
    return null;
  };
  await rebuild.add(ITEMS);
  assert.equal(await forgetting, 1);
  await rebuild.finish();
  assert.deepEqual(await idsOf(other), ITEMS.map(({ id }) => id).filter((id) => id !== "m3"));
});

Deno.test("What is forgotten while one tenant's index is copied does not come back", async () => {
  await using server = new QdrantStandIn();
  await using builder = open(server);
  await using other = open(server);
  await other.remember(ITEMS);
  await using rebuild = await builder.rebuild("acme");
  await rebuild.add(ITEMS);
  const upsert = "PUT /collections/{collection_name}/points";
  let forgetting: Promise<number> | null = null;
  server.failing = (operation) => {
    // The page has been read and is about to be written.
    if (operation !== upsert || forgetting !== null) return null;
    forgetting = other.forget({ ...ACME, ids: ["m3"] });
    return { kind: "status", status: 503 };
  };
  await rebuild.finish();
  await forgetting;
  assert.deepEqual(await idsOf(other), ITEMS.map(({ id }) => id).filter((id) => id !== "m3"));
});

Deno.test("A rebuild that cannot begin leaves nothing behind", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.remember(ITEMS);
  // The alias is changed, but the answer is lost.
  let broken = false;
  server.failing = (operation) => {
    if (broken || operation !== "POST /collections/aliases") return null;
    broken = server.requests.filter((request) => request.operation === operation).length >= 4;
    return { kind: "half" };
  };
  await assert.rejects(memory.rebuild(null), { code: "memory_unavailable" });
  assert.deepEqual(server.collections.names, ["synapse_memory_1"]);
  assert.deepEqual([...server.collections.aliases.keys()], ["synapse_memory"]);
});

Deno.test("A rebuild that died is cleared away by the next one", async () => {
  await using server = new QdrantStandIn();
  const dead = open(server);
  await dead.remember(ITEMS);
  await (await dead.rebuild(null)).add(ITEMS);
  await dead[Symbol.asyncDispose]();
  await using memory = open(server);
  await memory.remember([item("after", textOf(40))]);
  await using rebuild = await memory.rebuild(null);
  await rebuild.add(ITEMS.slice(0, 2));
  await rebuild.finish();
  assert.deepEqual(await idsOf(memory), ["m0", "m1"]);
  assert.equal(server.collections.names.length, 1);
});

Deno.test("An index whose builder died is not written to for ever, and the next check removes it", async () => {
  await using server = new QdrantStandIn();
  const clock = new ManualClock();
  const openHere = () => openQdrantMemory(testOptions(server.url, { clock }));
  const dead = openHere();
  await dead.rebuild(null);
  await dead[Symbol.asyncDispose]();
  await using memory = openHere();
  const next = () => server.collections.get("synapse_memory_next").points.size;
  const before = next();
  await memory.remember([item("m1", textOf(1))]);
  await memory.check();
  assert.equal(next(), before + 1, "It may still live");
  await clock.advance(SILENCE_MS_MAX + 1);
  await memory.remember([item("m2", textOf(2))]);
  await memory.forget({ ...ACME, ids: ["m1"] });
  assert.equal(next(), before + 1, "It counts as dead");
  await memory.check();
  assert.equal(server.collections.names.length, 1);
  assert.deepEqual([...server.collections.aliases.keys()], ["synapse_memory"]);
  assert.deepEqual(await idsOf(memory), ["m2"]);
});

for (const tenant of [null, "acme"]) {
  const whose = tenant === null ? "everybody's" : "one tenant's";
  Deno.test(`A builder of ${whose} index that paused for too long gives up`, async () => {
    await using server = new QdrantStandIn();
    const clock = new ManualClock();
    await using memory = openQdrantMemory(testOptions(server.url, { clock }));
    await memory.remember(ITEMS);
    await using rebuild = await memory.rebuild(tenant);
    await rebuild.add(ITEMS.slice(0, 1));
    await clock.advance(PAUSE_MS_MAX);
    await rebuild.add(ITEMS.slice(1, 2));
    await clock.advance(PAUSE_MS_MAX + 1);
    const late = { code: "memory_unavailable", message: /paused for too long: run/ };
    await assert.rejects(rebuild.add(ITEMS), late);
    await assert.rejects(rebuild.finish(), late);
    assert.equal((await idsOf(memory)).length, ITEMS.length);
  });
}

Deno.test("A rebuild lives through lost answers, and stays finished whatever fails then", async () => {
  for (
    const lost of [
      "PUT /collections/{collection_name}",
      "POST /collections/aliases",
      "DELETE /collections/{collection_name}",
    ]
  ) {
    await using server = new QdrantStandIn();
    await using memory = open(server);
    await memory.remember(ITEMS);
    let answers = 0;
    // What is asked is done, but every other answer is lost; from the swap on all are.
    server.failing = (operation) =>
      operation === lost && answers++ % 2 === 0 ? { kind: "half" } : null;
    {
      await using rebuild = await memory.rebuild(null);
      await rebuild.add(ITEMS.slice(0, 2));
      server.failing = (operation) => operation === lost ? { kind: "half" } : null;
      await rebuild.finish();
    }
    server.failing = null;
    assert.deepEqual(await idsOf(memory), ["m0", "m1"], lost);
    await using again = await memory.rebuild(null);
    await again.add(ITEMS);
    await again.finish();
    assert.equal(server.collections.names.length, 1);
  }
});

Deno.test("A rebuild that is given up while Qdrant is down does not hide why", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.remember(ITEMS);
  const work = async () => {
    await using rebuild = await memory.rebuild(null);
    await server.stop();
    await rebuild.add(ITEMS);
  };
  await assert.rejects(work(), { code: "memory_unavailable", message: /cannot be reached/ });
  server.start();
  await using rebuild = await memory.rebuild(null);
  await rebuild.add(ITEMS.slice(0, 1));
  await rebuild.finish();
  assert.deepEqual(await idsOf(memory), ["m0"]);
  assert.equal(server.collections.names.length, 1);
});

Deno.test("Collections of others are not cleared away", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.check();
  const theirs = ["other", "synapse_memory_2", "synapse_memory_archive", "synapse_memory2_1"];
  for (const name of theirs) server.collections.create(name, {});
  await using rebuild = await memory.rebuild(null);
  await rebuild.finish();
  const left = server.collections.names;
  assert.deepEqual(theirs.filter((name) => !left.includes(name)), []);
  assert.equal(left.length, theirs.length + 1);
});

Deno.test("Of two rebuilds the later one stands, and the earlier one says that it is lost", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.remember(ITEMS);
  await using earlier = await memory.rebuild(null);
  await using later = await memory.rebuild(null);
  await later.add(ITEMS.slice(0, 1));
  const lost = { code: "memory_unavailable", data: { status: 404 } };
  await assert.rejects(earlier.add(ITEMS), lost);
  await assert.rejects(earlier.finish(), lost);
  assert.equal((await idsOf(memory)).length, ITEMS.length);
  await later.finish();
  assert.deepEqual(await idsOf(memory), ["m0"]);
});

Deno.test("After a rebuild for another model, a node with the old one says so", async () => {
  await using server = new QdrantStandIn();
  await using old = open(server, new MeaningEmbedder());
  await old.remember(ITEMS);
  await using fresh = open(server, new MeaningEmbedder({ model: "newer", dimensions: 48 }));
  await using rebuild = await fresh.rebuild(null);
  await rebuild.add(ITEMS);
  await rebuild.finish();
  await fresh.remember([item("new", textOf(50))]);
  const query = { text: "zebras", filter: ACME, k: 1 };
  await assert.rejects(old.recall(query), { code: "memory_unavailable" });
  await assert.rejects(old.recall(query), {
    code: "memory_unavailable",
    message: /model newer with 48 dimensions, wanted those of model meanings with 64: run/,
  });
  assert.equal((await old.stats("acme")).items, ITEMS.length + 1);
});

Deno.test("A model of the same size and another name needs a rebuild too", async () => {
  await using server = new QdrantStandIn();
  await using old = open(server, new MeaningEmbedder());
  await old.remember(ITEMS);
  await using fresh = open(server, new MeaningEmbedder({ model: "newer" }));
  await assert.rejects(fresh.check(), { message: /`synapse memory reindex`/ });
  await assert.rejects(fresh.rebuild("acme"), { message: /`synapse memory reindex`/ });
});

Deno.test("A new index that vanishes just before it takes the old one's place leaves that as it is", async () => {
  await using server = new QdrantStandIn();
  await using memory = open(server);
  await memory.remember(ITEMS);
  await using rebuild = await memory.rebuild(null);
  await rebuild.add(ITEMS.slice(0, 1));
  server.failing = (operation) => {
    const target = server.collections.aliases.get("synapse_memory_next");
    if (operation === "POST /collections/aliases" && target) server.collections.delete(target);
    return null;
  };
  await assert.rejects(rebuild.finish(), { code: "memory_unavailable", data: { status: 404 } });
  server.failing = null;
  assert.equal((await idsOf(memory)).length, ITEMS.length);
});
