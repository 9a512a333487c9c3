import assert from "node:assert/strict";
import type { Config } from "../../config.ts";
import { openJournal, testSchema } from "../../journal/postgres/test_database.ts";
import { documentedGrants, restrictedUser } from "../../journal/postgres/test_user.ts";
import type { Bytes } from "../../backup/encryption.ts";
import { MIGRATIONS } from "../../journal/migrations/postgres/mod.ts";
import { dumpDatabase } from "./postgres_dump.ts";
import { fill, NOW } from "./full_journal.ts";
import { makeTestBackup, restoreTestBackup } from "./test_backup.ts";

type Schema = Awaited<ReturnType<typeof testSchema>>;

/** Where the tests' own PATH is: the client programs are found by it. */
const ENV = Deno.env.toObject();

function placeOf({ url }: Pick<Schema, "url">): Pick<Config, "journal" | "memory"> {
  return {
    journal: { kind: "postgres", url, partitions: 8, synchronous: "full" } as Config["journal"],
    memory: null,
  };
}

/** Lends a schema with a filled journal, and a folder. */
async function withFull(use: (schema: Schema, root: string) => Promise<void>): Promise<void> {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await fill(journal);
  await journal.close();
  const root = await Deno.makeTempDir({ prefix: "synapse_" });
  try {
    await use(schema, root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** All rows of all tables of a schema, and its counters. */
async function rowsOf({ sql }: Schema): Promise<Record<string, unknown>> {
  const tables = await sql`SELECT relname AS name, relkind AS kind FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S') ORDER BY relname`;
  const found: Record<string, unknown> = {};
  for (const { name, kind } of tables) {
    found[name] = kind === "r"
      ? (await sql`SELECT t::text AS row FROM ${sql(name)} t ORDER BY 1`).map(({ row }) => row)
      : (await sql`SELECT last_value FROM ${sql(name)}`).map(({ last_value }) => last_value);
  }
  return found;
}

async function empty({ sql, url }: Schema): Promise<void> {
  const name = new URL(url).searchParams.get("search_path") ?? "";
  await sql.unsafe(`DROP SCHEMA ${name} CASCADE; CREATE SCHEMA ${name}`);
}

Deno.test("a database comes back from its backup with every row, and a node goes on with it", async () => {
  await withFull(async (schema, root) => {
    const before = await rowsOf(schema);
    const { path, manifest } = await makeTestBackup(placeOf(schema), root, { env: ENV });
    assert.deepEqual(
      [manifest.point.actors, manifest.point.events, manifest.point.waiting],
      [4, 2408, 2],
    );
    assert.ok((manifest.point.last_commit_at ?? 0) >= NOW);
    // What comes later is not in it.
    await schema.sql`DELETE FROM timers`;

    await empty(schema);
    const restored = await restoreTestBackup(placeOf(schema), path, { env: ENV });
    assert.deepEqual(restored.verified, { actors: 4, events: 2408 });
    assert.deepEqual(await rowsOf(schema), before);
    const journal = await openJournal(schema);
    assert.equal((await journal.find({ tenant: "acme", type: "session", id: "ses_1" }))?.seq, 1203);
    await journal.close();

    await assert.rejects(restoreTestBackup(placeOf(schema), path, { env: ENV }), {
      code: "store_not_empty",
    });
  });
});

Deno.test("nodes hear of a backup; one by a user who only reads is made all the same, and says so", async () => {
  await withFull(async (schema, root) => {
    const { manifest: { point }, unnoted } = await makeTestBackup(placeOf(schema), root, {
      env: ENV,
    });
    const journal = await openJournal(schema);
    const noted = async () => (await journal.figures()).backup_taken_at;
    assert.deepEqual([unnoted, await noted()], [null, point.taken_at]);

    const reading = new URL(schema.url);
    reading.searchParams.set("default_transaction_read_only", "on");
    const made = await makeTestBackup(placeOf({ url: reading.href }), root, { env: ENV });
    assert.match(made.unnoted ?? "", /read-only/);
    assert.ok(made.manifest.point.taken_at >= point.taken_at);
    assert.equal(await noted(), point.taken_at);
    await journal.close();
  });
});

Deno.test("a backup that is not what it says leaves nothing in the database but what was there", async () => {
  await withFull(async (schema, root) => {
    const { path, manifest } = await makeTestBackup(placeOf(schema), root, { env: ENV });
    await empty(schema);
    await schema.sql`CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`;
    const restore = () => restoreTestBackup(placeOf(schema), path, { env: ENV });
    const left = async () => {
      const rows = await schema.sql`SELECT proname AS name FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace`;
      return [await rowsOf(schema), rows.map(({ name }) => name)];
    };
    const { point } = manifest;
    const changed = { ...manifest, point: { ...point, actors: point.actors + 1 } };
    const file = `${path}/manifest.json`;
    await Deno.writeTextFile(file, JSON.stringify(changed));
    await assert.rejects(restore(), { code: "backup_invalid", message: /one of them was changed/ });
    assert.deepEqual(await left(), [{}, ["mine"]]);

    const frozen = placeOf({ url: `${schema.url}&default_transaction_read_only=on` });
    await assert.rejects(restoreTestBackup(frozen, path, { env: ENV }), {
      code: "backup_failed",
      message: /one of them was changed; and what was restored is there still \(.*read-only/,
    });
    await empty(schema);
    await Deno.writeTextFile(file, JSON.stringify(manifest));
    assert.equal((await restore()).verified.events, 2408);
  });
});

Deno.test("a restored history that was edited before the backup is refused, and is dropped", async () => {
  await withFull(async (schema, root) => {
    await schema.sql`UPDATE events SET payload = '{"n":3}' WHERE seq = 2`;
    const { path } = await makeTestBackup(placeOf(schema), root, { env: ENV });
    await empty(schema);
    const restore = restoreTestBackup(placeOf(schema), path, { env: ENV });
    await assert.rejects(restore, { code: "journal_corrupt" });
    assert.deepEqual(await rowsOf(schema), {});
  });
});

Deno.test("dumpDatabase() says which migrations its snapshot has, not those that come meanwhile", async () => {
  await withFull(async ({ url, sql }) => {
    const keep = async (bytes: Bytes) => {
      await sql`INSERT INTO migrations (number, name, at) VALUES (99, 'later', 0)`;
      await bytes.pipeTo(new WritableStream());
    };
    const { schema } = await dumpDatabase(url, { keep, env: ENV });
    assert.equal(schema, MIGRATIONS.length);
  });
});

Deno.test("a user who makes no tables makes a backup with the documented grants", async () => {
  await withFull(async (schema, root) => {
    await using restricted = await restrictedUser(schema);
    for (const grant of await documentedGrants(restricted)) await schema.sql.unsafe(grant);
    const made = await makeTestBackup(placeOf(restricted), `${root}/a`, { env: ENV });
    assert.deepEqual([made.manifest.point.events, made.unnoted], [2408, null]);
    await schema.sql.unsafe(`REVOKE SELECT ON SEQUENCE actors_key FROM ${restricted.user}`);
    await assert.rejects(makeTestBackup(placeOf(restricted), `${root}/b`, { env: ENV }), {
      code: "backup_failed",
      message: /permission denied for sequence actors_key/,
    });
  });
});

Deno.test("a database is restored where it was, and nowhere else", async () => {
  await withFull(async (schema, root) => {
    const { path } = await makeTestBackup(placeOf(schema), root, { env: ENV });
    await using other = await testSchema();
    await assert.rejects(restoreTestBackup(placeOf(other), path, { env: ENV }), {
      code: "backup_invalid",
      message: /Backup is of the schema journal_\w+, the address leads to journal_\w+/,
    });
    assert.deepEqual(await rowsOf(other), {});
  });
});

Deno.test("a backup without pg_dump, or with one that fails, says so and leaves nothing", async () => {
  await withFull(async (schema, root) => {
    const bin = `${root}/bin`;
    await Deno.mkdir(bin);
    const to = `${root}/backups`;
    await assert.rejects(makeTestBackup(placeOf(schema), to, { env: { PATH: bin } }), {
      code: "backup_failed",
      message: /pg_dump is not installed: install the client programs of Postgres/,
    });
    await Deno.writeTextFile(`${bin}/pg_dump`, "#!/bin/sh\necho 'version mismatch' >&2\nexit 3\n", {
      mode: 0o755,
    });
    await assert.rejects(makeTestBackup(placeOf(schema), to, { env: { PATH: bin } }), {
      code: "backup_failed",
      message: "pg_dump ended with 3: version mismatch",
    });
    const left = Array.from(Deno.readDirSync(`${root}/backups`)).map(({ name }) => name);
    assert.deepEqual(left, [".lock"]);
  });
});
