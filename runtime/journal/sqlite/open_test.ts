import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { SynapseError } from "../../errors.ts";
import { JournalUnavailable } from "../port.ts";
import { openSqliteJournal } from "./open.ts";
import { journalFolder, journalOptions } from "./test_journal.ts";
import { openConnection } from "./connection.ts";

const HOLDER = fileURLToPath(new URL("./testdata/hold_journal.ts", import.meta.url));

/** Starts another process that has the journal open. */
async function startHolder(path: string): Promise<Deno.ChildProcess> {
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--allow-read", "--allow-write", HOLDER, path],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = holder.stdout.getReader();
  const { value } = await reader.read();
  assert.match(new TextDecoder().decode(value), /held/);
  await reader.cancel();
  return holder;
}

Deno.test("openSqliteJournal() refuses a file that another process has, until that is killed", async () => {
  await using folder = await journalFolder();
  const holder = await startHolder(folder.path);
  await assert.rejects(openSqliteJournal(journalOptions(folder.path)), (error: SynapseError) => {
    assert.equal(error.code, "journal_in_use");
    assert.ok(error.message.includes(`in use by process ${holder.pid}`), error.message);
    assert.deepEqual(error.data, { pid: String(holder.pid) });
    return true;
  });
  holder.kill("SIGKILL");
  await holder.status;
  await holder.stdin.close().catch(() => {});
  const journal = await openSqliteJournal(journalOptions(folder.path));
  await journal.check();
  await journal.close();
});

Deno.test("openSqliteJournal() refuses a file that this process has, and names itself", async () => {
  await using folder = await journalFolder();
  const journal = await openSqliteJournal(journalOptions(folder.path));
  const message = new RegExp(`in use by process ${Deno.pid}:`);
  await assert.rejects(openSqliteJournal(journalOptions(folder.path)), message);
  await journal.close();
  // Closing once more is no fault.
  await journal.close();
});

Deno.test("openSqliteJournal() keeps the number of partitions of an existing file", async () => {
  await using folder = await journalFolder();
  for (const partitions of [4, 16]) {
    const journal = await openSqliteJournal(journalOptions(folder.path, { partitions }));
    assert.equal(journal.partition_count, 4);
    assert.equal(
      (await journal.acquire("n", Array.from({ length: 16 }, (_, i) => i), 1)).length,
      4,
    );
    await journal.close();
  }
});

Deno.test("openSqliteJournal() refuses what it cannot use, says why, and gives the lock back", async () => {
  await using folder = await journalFolder();
  const open = (path: string) => openSqliteJournal(journalOptions(path));
  const reason = (wanted: RegExp) => (error: unknown) => {
    assert.ok(error instanceof JournalUnavailable && error.rolled_back, String(error));
    assert.match(error.message, wanted);
    return true;
  };
  await Deno.writeTextFile(
    folder.path,
    "This is not a database, whatever its name says.".repeat(99),
  );
  for (let i = 0; i < 2; i++) {
    await assert.rejects(open(folder.path), reason(/journal\.db cannot be used: the file is not/));
  }
  await assert.rejects(open(`${folder.path}/x/j.db`), reason(/lock .* cannot be used/));
  await Deno.mkdir(`${folder.path}.d`);
  await assert.rejects(open(`${folder.path}.d`), reason(/the file cannot be opened/));
});

Deno.test("openConnection() for reading changes nothing and takes no lock", async () => {
  await using folder = await journalFolder();
  const journal = await openSqliteJournal(journalOptions(folder.path));
  await journal.putAgent("acme", "bot", 1);
  const reader = openConnection({ path: folder.path, access: "read" });
  assert.equal(reader.prepare("SELECT count(*) AS n FROM agents").get()?.n, 1);
  assert.throws(() => reader.exec("DELETE FROM agents"), /is read-only/);
  reader.close();
  await journal.close();
});
