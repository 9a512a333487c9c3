import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { MIGRATIONS } from "../../journal/migrations/sqlite/mod.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { journalFolder, journalOptions } from "../../journal/sqlite/test_journal.ts";
import { openTestMemory } from "../../memory/embedded/test_memory.ts";
import { noteBackup } from "./note_backup.ts";
import { fill, NOW, rowsOf } from "./full_journal.ts";
import { makeTestBackup, restoreTestBackup } from "./test_backup.ts";
import { MANIFEST_FILE, parseManifest } from "../../backup/manifest.ts";

type Place = Pick<Config, "journal" | "memory">;

/** A configuration with everything in one folder. */
function placeAt(folder: string): Place {
  const journal = {
    kind: "sqlite",
    path: `${folder}/journal.db`,
    partitions: 8,
    synchronous: "normal",
  } as const;
  const index = { kind: "embedded", path: `${folder}/memory.db` } as const;
  return { journal, memory: { index, embeddings: null } as Config["memory"] };
}

/** Lends a filled journal, its folder, and a way to back it up. */
async function withJournal(
  use: (site: {
    readonly root: string;
    readonly place: Place;
    backup(): ReturnType<typeof makeTestBackup>;
  }) => Promise<void>,
): Promise<void> {
  await using folder = await journalFolder();
  const root = folder.path.replace(/\/journal\.db$/, "");
  const place = placeAt(root);
  const journal = await openSqliteJournal(journalOptions(folder.path));
  await fill(journal);
  await journal.close();
  await use({ root, place, backup: () => makeTestBackup(place, `${root}/backups`) });
}

Deno.test("a journal comes back from its backup with every row of every table", async () => {
  await withJournal(async ({ root, backup }) => {
    const memory = await openTestMemory(`${root}/memory.db`);
    await memory[Symbol.asyncDispose]();
    const before = rowsOf(`${root}/journal.db`);
    const { path, manifest } = await backup();
    const { point } = manifest;
    assert.deepEqual([manifest.store, manifest.schema, manifest.memory], [
      "sqlite",
      MIGRATIONS.length,
      "included",
    ]);
    assert.deepEqual([point.actors, point.events, point.last_commit_at], [4, 2408, NOW]);
    assert.deepEqual(point.partitions, [
      { partition: 1, actors: 2, events: 2406 },
      { partition: 5, actors: 2, events: 2 },
    ]);
    assert.equal(point.waiting, 2);

    const target = placeAt(`${root}/new`);
    const restored = await restoreTestBackup(target, path);
    assert.deepEqual(restored.verified, { actors: 4, events: 2408 });
    assert.equal(restored.memory_restored, true);
    const rows = rowsOf(`${root}/new/journal.db`);
    for (const [table, found] of Object.entries(rows)) {
      assert.ok(found.length > 0, `nothing in ${table}`);
    }
    assert.deepEqual(rows, before);
    // Numbers that were given out once do not come again.
    const counters = (file: string) => {
      using db = new DatabaseSync(file, { readOnly: true });
      return db.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY name").all().map((one) => ({
        ...one,
      }));
    };
    assert.deepEqual(counters(`${root}/new/journal.db`), counters(`${root}/journal.db`));
    const names = Array.from(Deno.readDirSync(`${root}/new`)).map(({ name }) => name).sort();
    assert.deepEqual(names, ["journal.db", "memory.db"]);
  });
});

Deno.test("a running node hears of a backup, also of a file that it has open", async () => {
  await withJournal(async ({ root, backup }) => {
    const journal = await openSqliteJournal(journalOptions(`${root}/journal.db`));
    try {
      const noted = async () => (await journal.figures()).backup_taken_at;
      assert.equal(await noted(), null);
      for (let i = 0; i < 2; i++) {
        const { manifest: { point }, unnoted } = await backup();
        assert.deepEqual([unnoted, await noted()], [null, point.taken_at]);
      }
    } finally {
      await journal.close();
    }
  });
});

Deno.test("an older backup than the one that is noted changes nothing", async () => {
  await withJournal(async ({ root, place }) => {
    for (const taken_at of [NOW, NOW - 1]) {
      assert.equal(await noteBackup(place.journal, taken_at), null);
    }
    const journal = await openSqliteJournal(journalOptions(`${root}/journal.db`));
    assert.equal((await journal.figures()).backup_taken_at, NOW);
    await journal.close();
  });
});

Deno.test("memory that a node has open is left out of the backup, and the backup says so", async () => {
  await withJournal(async ({ root, backup }) => {
    const memory = await openTestMemory(`${root}/memory.db`);
    try {
      await memory.remember([{
        id: "mem_1",
        tenant: "acme",
        agent: "assistant",
        session: "ses_1",
        kind: "fact",
        text: "Ada drinks tea",
        at: NOW,
      }]);
      const { path, manifest } = await backup();
      assert.equal(manifest.memory, "in_use");
      assert.deepEqual(manifest.files.map(({ name }) => name), ["journal.db"]);
      const target = placeAt(`${root}/new`);
      const { memory_restored } = await restoreTestBackup(target, path);
      assert.equal(memory_restored, false);
    } finally {
      await memory[Symbol.asyncDispose]();
    }
  });
});

Deno.test("a restore refuses a folder that holds a journal, memory, or what is left of one", async () => {
  await withJournal(async ({ root, backup }) => {
    const memory = await openTestMemory(`${root}/memory.db`);
    await memory[Symbol.asyncDispose]();
    const { path } = await backup();
    for (const name of ["journal.db", "journal.db-wal", "memory.db"]) {
      const folder = `${root}/with_${name}`;
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/${name}`, "precious");
      await assert.rejects(restoreTestBackup(placeAt(folder), path), {
        code: "store_not_empty",
        message: `${folder}/${name} is there already: restore into an empty data folder`,
      });
      assert.deepEqual(Array.from(Deno.readDirSync(folder)).map((entry) => entry.name), [name]);
    }
  });
});

Deno.test("a restore refuses what is damaged, edited, of a newer schema or of another store, and leaves nothing", async () => {
  await withJournal(async ({ root, place, backup }) => {
    const { path } = await backup();
    const manifestPath = `${path}/${MANIFEST_FILE}`;
    const said = await Deno.readTextFile(manifestPath);
    const manifest = parseManifest(said, manifestPath);
    const target = placeAt(`${root}/new`);
    const restoreAs = async (change: object) => {
      await Deno.writeTextFile(manifestPath, JSON.stringify({ ...manifest, ...change }));
      return await restoreTestBackup(target, path);
    };
    await assert.rejects(restoreAs({ schema: MIGRATIONS.length + 1 }), { code: "journal_too_new" });
    await assert.rejects(restoreAs({ store: "postgres", db_schema: "public" }), {
      code: "backup_invalid",
      message: /Backup is of a postgres journal/,
    });
    const point = { ...manifest.point, events: manifest.point.events + 1 };
    await assert.rejects(restoreAs({ point }), {
      code: "backup_invalid",
      message: /2408 events, its manifest says 4 with 2409/,
    });
    await Deno.writeTextFile(manifestPath, said);
    using copy = await Deno.open(`${path}/journal.db`, { write: true });
    await copy.seek(5000, Deno.SeekMode.Start);
    await copy.write(new Uint8Array([1, 2, 3]));
    await assert.rejects(restoreTestBackup(target, path), {
      code: "backup_invalid",
      message: /is damaged/,
    });

    // A history that was edited in the journal itself has good checksums in the backup.
    assert.ok(place.journal.kind === "sqlite");
    using file = new DatabaseSync(place.journal.path);
    file.exec("UPDATE events SET payload = '{\"n\":99}' WHERE seq = 7");
    const edited = await backup();
    await assert.rejects(restoreTestBackup(target, edited.path), {
      code: "journal_corrupt",
    });
    assert.deepEqual(Array.from(Deno.readDirSync(`${root}/new`)), []);
  });
});

Deno.test("a backup of nothing fails, and makes no folder of it", async () => {
  await using folder = await journalFolder();
  const root = folder.path.replace(/\/journal\.db$/, "");
  await assert.rejects(makeTestBackup(placeAt(root), `${root}/backups`, { keep: 1 }), {
    code: "backup_failed",
    message: /There is no journal in .*journal\.db/,
  });
  assert.deepEqual(Array.from(Deno.readDirSync(root)), []);
});

Deno.test("the manifest says which migrations the copy has, not those that there were before", async () => {
  await withJournal(async ({ root, place }) => {
    const last = MIGRATIONS.length;
    const change = (statement: string) => {
      using db = new DatabaseSync(`${root}/journal.db`);
      db.exec(statement);
    };
    change(`DELETE FROM migrations WHERE number = ${last}`);
    // A node that starts between the first look and the copy applies it.
    const once = { pending: true };
    const clock: typeof systemClock = {
      ...systemClock,
      now() {
        if (once.pending) change(`INSERT INTO migrations VALUES (${last}, 'again', 0)`);
        once.pending = false;
        return systemClock.now();
      },
    };
    const { manifest } = await makeTestBackup(place, `${root}/backups`, { clock });
    assert.deepEqual([once.pending, manifest.schema], [false, last]);
  });
});
