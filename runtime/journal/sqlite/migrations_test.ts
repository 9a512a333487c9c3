import assert from "node:assert/strict";
import type { SynapseError } from "../../errors.ts";
import { actor, HOME, PARTITIONS } from "../contract/subject.ts";
import { verifyChain } from "../hash_chain.ts";
import { MIGRATIONS } from "../migrations/sqlite/mod.ts";
import saved1 from "../migrations/sqlite/saved_1.sql" with { type: "text" };
import saved2 from "../migrations/sqlite/saved_2.sql" with { type: "text" };
import saved3 from "../migrations/sqlite/saved_3.sql" with { type: "text" };
import { openConnection } from "./connection.ts";
import { openSqliteJournal } from "./open.ts";
import { journalFolder, journalOptions } from "./test_journal.ts";
import { ManualClock } from "../../manual_clock.ts";

/** A saved journal of each released version of the schema. */
const SAVED: readonly string[] = [saved1, saved2, saved3];

const A = actor("ses_1");

/** Runs statements on a file, outside the journal. */
function onFile(path: string, sql: string): void {
  const db = openConnection({ path, synchronous: "normal" });
  db.exec(sql);
  db.close();
}

/** The whole schema, in one spelling. */
function schemaOf(path: string): string[] {
  const db = openConnection({ path, access: "read" });
  const rows = db.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    .all();
  db.close();
  return rows.map((row) => String(row.sql).replace(/\s+/g, " "));
}

Deno.test("MIGRATIONS are numbered from 1, without a gap, and each released one has a saved journal", () => {
  assert.deepEqual(MIGRATIONS.map(({ number }) => number), MIGRATIONS.map((_, i) => i + 1));
  assert.equal(SAVED.length, MIGRATIONS.length);
});

for (const [i, saved] of SAVED.entries()) {
  Deno.test(`openSqliteJournal() upgrades a journal of schema ${i + 1}, and nothing in it is lost`, async () => {
    await using folder = await journalFolder();
    onFile(folder.path, saved);
    const clock = new ManualClock();
    const journal = await openSqliteJournal(journalOptions(folder.path, { clock }));
    assert.equal(journal.partition_count, PARTITIONS);
    const loaded = await journal.load(A);
    assert.deepEqual(loaded?.snapshot, { seq: 2, version: 1, state: { n: 2 } });
    assert.deepEqual(loaded?.tail.map(({ payload }) => payload), [{ n: 3 }]);
    const verdict = verifyChain(A, await journal.readEvents(A, 0, 10));
    assert.deepEqual(verdict, { ok: true, seq: 3, hash: loaded?.hash });
    assert.equal((await journal.find(A))?.summary.status, "waiting");
    assert.deepEqual((await journal.take(A, 10, [])).map(({ id }) => id), ["cmd_2"]);
    assert.deepEqual((await journal.handled(A, "cmd_1"))?.reply, { ok: true });
    assert.deepEqual((await journal.dueTimers([HOME], 10)).map(({ name }) => name), ["turn"]);
    assert.deepEqual((await journal.question("acme", "apr_1"))?.details, { skill: "files" });
    assert.equal((await journal.retryDeadLetter("acme", "dl_1"))?.status, "retried");
    assert.deepEqual((await journal.agent("acme", "assistant", null))?.spec, { model: "m" });
    // The epochs go on from where they were.
    const leases = await journal.acquire("node_2", [HOME], 1000);
    assert.deepEqual(leases.map(({ epoch }) => epoch), [2]);
    await journal.close();
  });

  Deno.test(`openSqliteJournal() upgrades schema ${i + 1} to the one that a new journal has`, async () => {
    await using old = await journalFolder();
    await using fresh = await journalFolder();
    onFile(old.path, saved);
    for (const { path } of [old, fresh]) {
      await (await openSqliteJournal(journalOptions(path))).close();
    }
    assert.deepEqual(schemaOf(old.path), schemaOf(fresh.path));
  });
}

Deno.test("openSqliteJournal() applies each migration once", async () => {
  await using folder = await journalFolder();
  for (let i = 0; i < 2; i++) {
    const clock = new ManualClock(1000 + i);
    await (await openSqliteJournal(journalOptions(folder.path, { clock }))).close();
  }
  const db = openConnection({ path: folder.path, access: "read" });
  const rows = db.prepare("SELECT number, name, at FROM migrations ORDER BY number").all();
  db.close();
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    MIGRATIONS.map(({ number, name }) => ({ number, name, at: 1000 })),
  );
});

Deno.test("openSqliteJournal() refuses a journal of a newer program, and leaves it as it is", async () => {
  await using folder = await journalFolder();
  await (await openSqliteJournal(journalOptions(folder.path))).close();
  onFile(folder.path, "INSERT INTO migrations VALUES (99, 'from_the_future', 0)");
  const before = schemaOf(folder.path);
  for (let i = 0; i < 2; i++) {
    await assert.rejects(openSqliteJournal(journalOptions(folder.path)), (error: SynapseError) => {
      assert.equal(error.code, "journal_too_new");
      assert.deepEqual(error.data, { found: 99, known: MIGRATIONS.length });
      return true;
    });
  }
  assert.deepEqual(schemaOf(folder.path), before);
});
