import assert from "node:assert/strict";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Config } from "../../config.ts";
import { openJournal, testSchema } from "../../journal/postgres/test_database.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { journalOptions } from "../../journal/sqlite/test_journal.ts";
import { fill, rowsOf } from "./full_journal.ts";
import { restoreDatabase } from "./postgres_dump.ts";
import { SnapshotServer } from "./snapshot_server.ts";
import { makeTestBackup, restoreTestBackup } from "./test_backup.ts";

type Place = Pick<Config, "journal" | "memory">;

/** Where the tests' own PATH is: the client programs are found by it. */
const ENV = Deno.env.toObject();

const KEY = "a key of sixteen";

const identity = await generateX25519Identity();
const recipients = [await identityToRecipient(identity)];

async function withFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function fileAt(folder: string): Place {
  const path = `${folder}/journal.db`;
  return {
    journal: { kind: "sqlite", path, partitions: 8, synchronous: "normal" },
    memory: null,
  };
}

function databaseAt(url: string, qdrant?: SnapshotServer): Place {
  const index = qdrant && { kind: "qdrant", url: qdrant.url, api_key: KEY } as const;
  return {
    journal: { kind: "postgres", url, partitions: 8, synchronous: "full" },
    memory: index === undefined ? null : { index, embeddings: null },
  };
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder)).map(({ name }) => name).sort();
}

Deno.test("a file comes back from its encrypted backup; without the key nothing does", async () => {
  await withFolder(async (root) => {
    await Deno.mkdir(`${root}/data`);
    const journal = await openSqliteJournal(journalOptions(`${root}/data/journal.db`));
    await fill(journal);
    await journal.close();
    const before = rowsOf(`${root}/data/journal.db`);
    const options = { recipients };
    const { path, manifest } = await makeTestBackup(
      fileAt(`${root}/data`),
      `${root}/backups`,
      options,
    );
    assert.deepEqual(namesIn(path), ["journal.db.age", "manifest.json"]);
    assert.deepEqual(manifest.recipients, recipients);
    assert.deepEqual(namesIn(`${root}/data`).filter((name) => name.includes("backup")), []);

    const target = fileAt(`${root}/new`);
    const wrong = [await generateX25519Identity()];
    for (const identities of [[], wrong]) {
      await assert.rejects(restoreTestBackup(target, path, { identities }), {
        code: "backup_locked",
      });
      await assert.rejects(Deno.stat(`${root}/new`), Deno.errors.NotFound);
    }
    const { verified } = await restoreTestBackup(target, path, { identities: [identity] });
    assert.deepEqual(verified, { actors: 4, events: 2408 });
    assert.deepEqual(rowsOf(`${root}/new/journal.db`), before);
    assert.deepEqual(namesIn(`${root}/new`), ["journal.db"]);

    await Deno.truncate(`${path}/journal.db.age`, 70_000);
    await assert.rejects(
      restoreTestBackup(fileAt(`${root}/other`), path, { identities: [identity] }),
      { code: "backup_invalid", message: /has 70000 bytes/ },
    );
    await assert.rejects(Deno.stat(`${root}/other`), Deno.errors.NotFound);
  });
});

/** Lends a filled schema, a way to empty it, and folder. */
async function withDatabase(
  use: (site: {
    readonly url: string;
    readonly root: string;
    empty(): Promise<void>;
    relations(): Promise<number>;
  }) => Promise<void>,
): Promise<void> {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await fill(journal);
  await journal.close();
  const { sql, url } = schema;
  const name = new URL(url).searchParams.get("search_path") ?? "";
  await withFolder((root) =>
    use({
      url,
      root,
      empty: async () =>
        void await sql.unsafe(`DROP SCHEMA ${name} CASCADE; CREATE SCHEMA ${name}`),
      relations: async () => {
        const [row] = await sql`SELECT count(*) AS count FROM pg_class
          WHERE relnamespace = current_schema()::regnamespace`;
        return Number(row?.count);
      },
    })
  );
}

Deno.test("a database and the index of its memory come back from an encrypted backup", async () => {
  await withDatabase(async ({ url, root, empty, relations }) => {
    await using qdrant = new SnapshotServer(KEY);
    qdrant.collections.set("synapse_memory_1", "Ada drinks tea");
    qdrant.aliases.set("synapse_memory", "synapse_memory_1");
    const place = databaseAt(url, qdrant);
    const options = { recipients, with_memory: true, env: ENV };
    const { path, manifest } = await makeTestBackup(place, `${root}/backups`, options);
    assert.deepEqual(namesIn(path), [
      "journal.dump.age",
      "manifest.json",
      "memory.snapshot.age",
    ]);
    assert.deepEqual(manifest.qdrant, { version: "1.18.3", collection: "synapse_memory_1" });
    await empty();

    const restore = (more = {}) =>
      restoreTestBackup(place, path, { identities: [identity], env: ENV, ...more });
    await assert.rejects(restore({ identities: [] }), { code: "backup_locked" });
    await assert.rejects(restore(), { code: "store_not_empty", message: /Qdrant has an index/ });
    assert.equal(await relations(), 0);

    qdrant.collections.clear();
    qdrant.aliases.clear();
    // A failure of the journal's leaves no index either.
    await assert.rejects(restore({ env: { PATH: root } }), { code: "backup_failed" });
    assert.deepEqual([qdrant.collections.size, qdrant.aliases.size, await relations()], [0, 0, 0]);

    const restored = await restore();
    assert.deepEqual([restored.verified.events, restored.memory_restored], [2408, true]);
    assert.deepEqual([...qdrant.collections], [["synapse_memory_1", "Ada drinks tea"]]);
    assert.deepEqual([...qdrant.aliases], [["synapse_memory", "synapse_memory_1"]]);

    await empty();
    const { memory_restored } = await restore({ with_memory: false });
    assert.equal(memory_restored, false, "it is left alone when that is wanted");
  });
});

Deno.test("a backup of a database leaves a Qdrant alone unless it is asked for", async () => {
  await withDatabase(async ({ url, root }) => {
    await using qdrant = new SnapshotServer(KEY);
    qdrant.tamper = (operation) => assert.fail(`it was asked: ${operation}`);
    const place = databaseAt(url, qdrant);
    const { manifest } = await makeTestBackup(place, `${root}/backups`, { env: ENV });
    assert.deepEqual([manifest.memory, manifest.qdrant], ["left_out", null]);
    assert.deepEqual(manifest.files.map(({ name }) => name), ["journal.dump"]);
  });
});

Deno.test("a dump that breaks off while it is restored leaves nothing in the database", async () => {
  await withDatabase(async ({ url, root, empty, relations }) => {
    const { path, manifest } = await makeTestBackup(databaseAt(url), root, { env: ENV });
    await empty();
    const dump = await Deno.readFile(`${path}/journal.dump`);
    const { db_schema } = manifest;
    const broken = new Deno.errors.InvalidData("not as it was written");
    for (const part of [0.5, 0.99]) {
      const half = dump.subarray(0, Math.floor(dump.length * part));
      const read = (end: (controller: ReadableStreamDefaultController) => void) => () =>
        Promise.resolve(
          new ReadableStream<Uint8Array<ArrayBuffer>>({
            start: (controller) => controller.enqueue(half),
            pull: end,
          }),
        );
      const failing = read((controller) => controller.error(broken));
      const options = { db_schema, env: ENV, verify: () => assert.fail("there is nothing") };
      await assert.rejects(restoreDatabase(url, { read: failing, ...options }), broken);
      const ending = read((controller) => controller.close());
      await assert.rejects(restoreDatabase(url, { read: ending, ...options }), {
        code: "backup_failed",
        message: /pg_restore ended with 1: .*(unexpected end of file|could not read)/,
      });
      assert.equal(await relations(), 0);
    }
  });
});
