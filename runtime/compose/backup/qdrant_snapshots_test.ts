import assert from "node:assert/strict";
import { QdrantClient } from "@qdrant/js-client-rest";
import type { Bytes } from "../../backup/encryption.ts";
import { systemClock } from "../../clock.ts";
import { systemEntropy } from "../../entropy.ts";
import { openQdrantMemory } from "../../memory/qdrant/open.ts";
import { QdrantSnapshots } from "./qdrant_snapshots.ts";
import { SnapshotServer } from "./snapshot_server.ts";

const KEY = "a key of sixteen";
const ORIGIN = { version: "1.18.3", collection: "synapse_memory_1" };
const WORLD = { clock: systemClock, entropy: systemEntropy };

/** Longer than a piece of a stream, and not only text that could be a form's. */
const CONTENT = "--points\r\n".repeat(20_000);

function open({ url }: Pick<SnapshotServer, "url">): QdrantSnapshots {
  return new QdrantSnapshots({ url, api_key: KEY, ...WORLD });
}

/** Lends a server with an index, and another one with none. */
async function withServers(
  use: (full: SnapshotServer, empty: SnapshotServer) => Promise<void>,
): Promise<void> {
  await using full = new SnapshotServer(KEY);
  await using empty = new SnapshotServer(KEY);
  full.collections.set(ORIGIN.collection, CONTENT);
  full.aliases.set("synapse_memory", ORIGIN.collection);
  await use(full, empty);
}

const discardBytes = (bytes: Bytes) => bytes.pipeTo(new WritableStream());

Deno.test("an index goes from one Qdrant to another, and answers when it is told to", async () => {
  await withServers(async (full, empty) => {
    await using from = open(full);
    await using to = open(empty);
    const parts: string[] = [];
    const origin = await from.take(async (bytes) =>
      void parts.push(await new Response(bytes).text())
    );
    assert.deepEqual(origin, ORIGIN);
    assert.equal(full.snapshots.size, 0, "the server keeps no snapshot");
    await to.requireNone();
    // What an interrupted restore left is in nobody's way.
    empty.collections.set(ORIGIN.collection, "half");
    await to.load(ReadableStream.from(parts).pipeThrough(new TextEncoderStream()), ORIGIN);
    assert.equal(empty.collections.get(ORIGIN.collection), CONTENT);
    assert.deepEqual([empty.aliases.size, empty.snapshots.size], [0, 0]);
    await to.promote(ORIGIN);
    assert.deepEqual([...empty.aliases], [["synapse_memory", ORIGIN.collection]]);
    await assert.rejects(to.requireNone(), {
      code: "store_not_empty",
      message: /collection synapse_memory_1 .*--without-memory/,
    });
  });
});

Deno.test("where there is no index, there is no snapshot", async () => {
  await withServers(async (_full, empty) => {
    await using snapshots = open(empty);
    assert.equal(await snapshots.take(() => assert.fail("there is nothing to keep")), null);
  });
});

Deno.test("one server of several makes no backup: each has a part only", async () => {
  await withServers(async (full) => {
    await using snapshots = open(full);
    full.peers = 3;
    await assert.rejects(snapshots.take(discardBytes), {
      code: "backup_failed",
      message: /cluster of 3 servers/,
    });
    full.peers = 1;
    assert.deepEqual(await snapshots.take(discardBytes), ORIGIN);
  });
});

Deno.test("a snapshot that arrives cut or altered fails, and is removed from the server all the same", async () => {
  await withServers(async (full) => {
    await using snapshots = open(full);
    const changes = [CONTENT.slice(1), CONTENT.replace("p", "q")];
    for (const change of changes) {
      full.tamper = (operation, answer) =>
        operation.startsWith("GET /collections/") ? new Response(change) : answer;
      await assert.rejects(snapshots.take(discardBytes), {
        code: "memory_unavailable",
        message: /send snapshot .*: it sent \d+ bytes with SHA-256/,
      });
      assert.equal(full.snapshots.size, 0);
    }
    full.tamper = (_, answer) => answer;
    const full_disk = new Deno.errors.WriteZero("no space");
    await assert.rejects(
      snapshots.take(async (bytes) => {
        await bytes.cancel();
        throw full_disk;
      }),
      full_disk,
    );
    assert.equal(full.snapshots.size, 0);
  });
});

Deno.test("a refusal is told in Qdrant's words", async () => {
  await withServers(async (_full, empty) => {
    await using snapshots = open(empty);
    empty.tamper = (operation, answer) =>
      operation.endsWith("/upload")
        ? new Response('{"status":{"error":"Snapshot was made by 1.9"}}', { status: 400 })
        : answer;
    await assert.rejects(snapshots.load(ReadableStream.from([new Uint8Array(9)]), ORIGIN), {
      code: "memory_unavailable",
      message:
        /load a snapshot made by version 1\.18\.3: it answered with status 400: .*made by 1\.9/,
    });
    await using stranger = new QdrantSnapshots({ url: empty.url, api_key: "another", ...WORLD });
    await assert.rejects(stranger.requireNone(), {
      code: "memory_unavailable",
      message: /API key/,
    });
  });
});

/** A real one, for what no stand-in can show: that the points are there again. */
const REAL = Deno.env.get("QDRANT_URL");

Deno.test({
  name: "on a real Qdrant, an index that was removed comes back from its snapshot and is recalled" +
    (REAL ? "" : " (passed over: QDRANT_URL is not set)"),
  ignore: !REAL,
  async fn() {
    const url = REAL ?? assert.fail();
    const alias = systemEntropy.id("synapse_test");
    const key = Deno.env.get("QDRANT_API_KEY");
    const server = { url, ...(key === undefined ? {} : { api_key: key }), ...WORLD };
    const openMemory = () => openQdrantMemory({ ...server, collection: alias, embedder: null });
    await using snapshots = new QdrantSnapshots({ ...server, alias });
    const item = {
      id: "mem_1",
      tenant: "acme",
      agent: "assistant",
      session: "ses_1",
      kind: "fact",
      text: "Ada drinks tea",
      at: 1_800_000_000_000,
    } as const;
    {
      await using memory = openMemory();
      await memory.check();
      await memory.remember([item]);
    }
    let bytes = new Uint8Array();
    const origin = await snapshots.take(async (stream) => {
      bytes = await new Response(stream).bytes();
    });
    assert.ok(origin !== null);
    try {
      await snapshots.discard(origin);
      await snapshots.requireNone();
      await snapshots.load(ReadableStream.from([bytes]), origin);
      await snapshots.promote(origin);
      const headers = key === undefined ? {} : { "api-key": key };
      const client = new QdrantClient({ url, headers, checkCompatibility: false });
      assert.deepEqual(await client.listSnapshots(origin.collection), []);
      await using memory = openMemory();
      const query = { text: "tea", filter: { tenant: "acme" }, k: 1 };
      assert.deepEqual((await memory.recall(query)).map(({ item: { id } }) => id), ["mem_1"]);
      // It is the same index as far as the program is concerned, and goes on.
      await memory.remember([{ ...item, id: "mem_2", text: "Ada drinks coffee, too" }]);
      assert.equal((await memory.stats("acme")).items, 2);
    } finally {
      await snapshots.discard(origin);
    }
  },
});
