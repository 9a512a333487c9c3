import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { MeaningEmbedder } from "../contract/meaning_embedder.ts";
import { ACME, idsOf, item, recalled, textOf } from "../contract/subject.ts";
import { memoryFolder, openTestMemory } from "./test_memory.ts";

/** All rows of a table of a file that is closed. */
function rows(path: string, table: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return db.prepare(`SELECT * FROM ${table}`).all();
  } finally {
    db.close();
  }
}

Deno.test("openEmbeddedMemory() ranks a tenant's items as if there were no other tenant", async () => {
  await using folder = await memoryFolder();
  await using memory = await openTestMemory(folder.path);
  await memory.remember([
    item("both", "alpha beta"),
    item("alpha", "alpha gamma delta"),
    item("beta", "beta epsilon zeta"),
  ]);
  const ask = () => memory.recall({ text: "alpha beta", filter: ACME, k: 9 });
  const before = await ask();
  const crowd = Array.from(
    { length: 60 },
    (_, n) => item(`m${n}`, `alpha n${n}x`, { tenant: "globex" }),
  );
  await memory.remember(crowd);
  assert.deepEqual(await ask(), before);
});

Deno.test("openEmbeddedMemory() refuses a file that is open elsewhere", async () => {
  await using folder = await memoryFolder();
  await using memory = await openTestMemory(folder.path);
  await memory.remember([item("m1", textOf(1))]);
  await assert.rejects(openTestMemory(folder.path, { pragmas: ["busy_timeout = 0"] }), {
    code: "memory_unavailable",
    message: /memory\.db cannot be used: it is locked by another program/,
  });
});

Deno.test("openEmbeddedMemory() refuses what is no index, and says why", async () => {
  await using folder = await memoryFolder();
  await Deno.writeTextFile(folder.path, "not a database, but long enough to look".repeat(200));
  await assert.rejects(openTestMemory(folder.path), {
    code: "memory_unavailable",
    message: /the file is not a database/,
  });
  await assert.rejects(openTestMemory(`${folder.path}/nowhere/memory.db`), {
    code: "memory_unavailable",
    message: /the file cannot be opened/,
  });
});

Deno.test("openEmbeddedMemory() refuses a file of a newer version, and says what to do", async () => {
  await using folder = await memoryFolder();
  await (await openTestMemory(folder.path))[Symbol.asyncDispose]();
  const db = new DatabaseSync(folder.path);
  db.exec("PRAGMA user_version = 99");
  db.close();
  await assert.rejects(openTestMemory(folder.path), {
    code: "memory_unavailable",
    message: /has schema 99, this program knows up to 1: run the newer Synapse/,
  });
});

Deno.test("A full disk fails what writes, loses nothing, and is over when there is room", async () => {
  await using folder = await memoryFolder();
  const pragmas = ["synchronous = OFF", "max_page_count = 200"];
  const embedder = new MeaningEmbedder();
  await using memory = await openTestMemory(folder.path, { embedder, pragmas });
  const full = { code: "memory_unavailable", message: /the disk is full/ };
  let stored = 0;
  const write = async () => {
    for (; stored < 10_000; stored++) {
      await memory.remember([item(`m${stored}`, `${textOf(stored)} ${"filler ".repeat(200)}`)]);
    }
  };
  await assert.rejects(write(), full);
  await assert.rejects(memory.check(), full);
  assert.ok(stored > 22);
  assert.equal((await memory.stats("acme")).items, stored);
  assert.deepEqual(await recalled(memory, "d5x", { k: 1 }), ["m5"]);
  const ids = Array.from({ length: 16 }, (_, n) => `m${n + 6}`);
  assert.equal(await memory.forget({ ...ACME, ids }), 16);
  await memory.check();
  await memory.remember([item("new", "room for more")]);
  assert.equal((await recalled(memory, "room", { k: 1 }))[0], "new");
});

Deno.test("What a process left half built is gone when the next one opens the file", async () => {
  await using folder = await memoryFolder();
  {
    await using memory = await openTestMemory(folder.path);
    await memory.remember([item("m1", textOf(1))]);
    const rebuild = await memory.rebuild(null);
    await rebuild.add(Array.from({ length: 600 }, (_, n) => item(`n${n}`, textOf(n + 2))));
  }
  assert.equal(rows(folder.path, "spaces").length, 2);
  {
    await using memory = await openTestMemory(folder.path);
    assert.deepEqual(await idsOf(memory), ["m1"]);
  }
  assert.equal(rows(folder.path, "spaces").length, 1);
  assert.equal(rows(folder.path, "items").length, 1);
});

Deno.test("A rebuild leaves nothing of the old index in the file", async () => {
  await using folder = await memoryFolder();
  const embedder = new MeaningEmbedder();
  {
    await using memory = await openTestMemory(folder.path, { embedder });
    await memory.remember(Array.from({ length: 600 }, (_, n) => item(`m${n}`, textOf(n))));
    await using rebuild = await memory.rebuild("acme");
    await rebuild.add([item("m1", textOf(1))]);
    await rebuild.finish();
  }
  for (const table of ["spaces", "items", "vectors"]) {
    assert.equal(rows(folder.path, table).length, 1, table);
  }
});

Deno.test("Tables that have no room in memory are read again, and answer the same", async () => {
  await using folder = await memoryFolder();
  const embedder = new MeaningEmbedder();
  await using memory = await openTestMemory(folder.path, { embedder, vector_bytes_max: 1 });
  const tenants = ["acme", "globex", "initech"];
  for (let n = 0; n < 90; n++) {
    await memory.remember([item(`m${n}`, textOf(n), { tenant: tenants[n % 3]! })]);
  }
  for (let n = 0; n < 90; n++) {
    const filter = { tenant: tenants[n % 3]! };
    assert.deepEqual(await recalled(memory, textOf(n), { filter, mode: "dense", k: 1 }), [`m${n}`]);
  }
});

Deno.test("Items that were remembered without a model make an index incomplete, and it says so", async () => {
  await using folder = await memoryFolder();
  const embedder = new MeaningEmbedder();
  {
    await using memory = await openTestMemory(folder.path, { embedder });
    await memory.remember([item("m1", textOf(1))]);
  }
  {
    await using lexical = await openTestMemory(folder.path);
    assert.deepEqual(await recalled(lexical, textOf(1)), ["m1"]);
    await lexical.remember([item("m2", textOf(2))]);
  }
  await using again = await openTestMemory(folder.path, { embedder });
  await assert.rejects(again.check(), { message: /built without .*`synapse memory reindex`/ });
});

Deno.test("Vectors that are being read take in what changes meanwhile", async () => {
  await using folder = await memoryFolder();
  const embedder = new MeaningEmbedder();
  const old = Array.from({ length: 4500 }, (_, n) => item(`m${n}`, textOf(n), { at: 1000 }));
  {
    await using memory = await openTestMemory(folder.path, { embedder });
    await memory.remember(old);
  }
  await using memory = await openTestMemory(folder.path, { embedder });
  const reading = [1, 2].map((n) => recalled(memory, textOf(n), { mode: "dense", k: 1 }));
  const gone = ["m3", "m4400"];
  assert.equal(await memory.forget({ ...ACME, ids: gone }), 2);
  await memory.remember([
    item("new", "quite another thing"),
    item("again", textOf(5), { at: 9000 }),
  ]);
  assert.deepEqual(await Promise.all(reading), [["m1"], ["m2"]]);
  assert.deepEqual(await recalled(memory, "quite another thing", { mode: "dense", k: 1 }), ["new"]);
  const before = { ...ACME, before: 9000 };
  const found = await recalled(memory, "zebras", { mode: "dense", k: 5000, filter: before });
  const wanted = old.map(({ id }) => id).filter((id) => ![...gone, "m5"].includes(id));
  assert.deepEqual(found.sort(), [...wanted].sort());
});
