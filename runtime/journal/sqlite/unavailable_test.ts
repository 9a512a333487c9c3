import assert from "node:assert/strict";
import type { Json } from "../../../actors/behavior.ts";
import { verifyChain } from "../hash_chain.ts";
import { type Journal, JournalUnavailable } from "../port.ts";
import { actor, mark, row, type Subject, Writer } from "../contract/subject.ts";
import { ManualClock } from "../../manual_clock.ts";
import { createCommitter } from "./commit.ts";
import { openConnection } from "./connection.ts";
import { createMailboxStore } from "./mailbox.ts";
import { createMaintenance } from "./maintenance.ts";
import { openSqliteJournal } from "./open.ts";
import { createEventLog } from "./read.ts";
import { journalFolder, journalOptions } from "./test_journal.ts";

const A = actor("a");
const BIG: Json = "x".repeat(20_000);

function subjectOf(journal: Journal): Subject {
  const clock = new ManualClock();
  return {
    journal,
    now: () => clock.now(),
    pass: (ms) => clock.advance(ms),
    reopen: () => assert.fail("A journal in trouble is not opened again here"),
    [Symbol.asyncDispose]: () => journal.close(),
  };
}

/** Asserts that something fails because the journal cannot be written, certainly without effect. */
async function assertUnavailable(work: Promise<unknown>, reason: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof JournalUnavailable, String(error));
    assert.equal(error.code, "journal_unavailable");
    assert.equal(error.reaction, "retry");
    assert.match(error.message, reason);
    assert.ok(error.rolled_back);
    return true;
  });
}

/** Writes until the disk is full. Returns how many commits succeeded. */
async function fill(writer: Writer, reason: RegExp): Promise<number> {
  for (let n = 0; n < 1000; n++) {
    const part = writer.part(A, {
      events: [BIG, n],
      handled: [mark(`c${n}`, { reply: n })],
      sends: [row(actor("b"), `s${n}`)],
    });
    const outcome = await writer.commit(part).catch((error) => error);
    if (!(outcome instanceof Error)) continue;
    await assertUnavailable(Promise.reject(outcome), reason);
    return n;
  }
  return assert.fail("The disk was never full");
}

/** Asserts that the first `n` commits of {@link fill} are whole, and that there is nothing else. */
async function assertWhole(journal: Journal, n: number): Promise<void> {
  const events = await journal.readEvents(A, 0, 10_000);
  assert.equal(events.length, 2 * n);
  assert.ok(verifyChain(A, events).ok);
  assert.equal(await journal.handled(A, `c${n}`), null);
  if (n > 0) assert.notEqual(await journal.handled(A, `c${n - 1}`), null);
  assert.equal((await journal.figures()).mailbox_depth, n);
}

/** Fills the disk of a journal, has the room made, and looks that it goes on. */
async function survivesFullDisk(
  journal: Journal,
  writer: Writer,
  makeRoom: () => Promise<void>,
): Promise<void> {
  const reason = /journal\.db cannot be used: the disk is full/;
  const n = await fill(writer, reason);
  assert.ok(n > 0);
  await assertWhole(journal, n);
  await assertUnavailable(journal.check(), reason);
  const rows = Array.from({ length: 50 }, (_, i) => row(A, `m${i}`, { command: BIG }));
  await assertUnavailable(journal.accept(rows), reason);
  await assertWhole(journal, n);

  await makeRoom();
  await journal.check();
  await writer.write(A, { events: [BIG, n], handled: [mark(`c${n}`, { reply: n })] });
  assert.equal((await journal.readEvents(A, 0, 10_000)).length, 2 * n + 2);
}

Deno.test("A SQLite journal that may not grow says that the disk is full, and goes on when there is room", async () => {
  await using folder = await journalFolder();
  const pragmas = ["synchronous = OFF", "max_page_count = 160"];
  const journal = await openSqliteJournal(journalOptions(folder.path, { pragmas }));
  const subject = subjectOf(journal);
  const writer = await Writer.of(subject);
  const summary = { status: "closed", label: "", details: null };
  const events = Array.from({ length: 10 }, () => BIG);
  await writer.write(actor("ballast"), { events, summary });
  await survivesFullDisk(journal, writer, async () => {
    const before = { handled: 0, closed: subject.now() + 1 };
    assert.equal(await journal.purge(before, 100), events.length + 1);
  });
  await journal.close();
});

/** Whether this process may mount a file system of its own. */
const canMount = Deno.uid() === 0 && await withTmpfs(() => Promise.resolve());

/** Runs `use` with the folder of a small file system. Returns whether there could be one. */
async function withTmpfs(use: (folder: string) => Promise<void>): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_" });
  const run = async (program: string, ...args: string[]) =>
    (await new Deno.Command(program, { args, stderr: "null" }).output().catch(() => null))?.success;
  try {
    if (!await run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder)) return false;
    try {
      await use(folder);
    } finally {
      assert.ok(await run("umount", folder));
    }
    return true;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "A SQLite journal on a disk that is full says so, and goes on when there is room" +
    (canMount ? "" : " (passed over: mounting a small disk takes root)"),
  ignore: !canMount,
  fn: async () => {
    await withTmpfs(async (folder) => {
      const ballast = `${folder}/ballast`;
      await Deno.writeFile(ballast, new Uint8Array(700_000));
      const options = journalOptions(`${folder}/journal.db`, { synchronous: "full", pragmas: [] });
      await using subject = subjectOf(await openSqliteJournal(options));
      const writer = await Writer.of(subject);
      await survivesFullDisk(subject.journal, writer, () => Deno.remove(ballast));
    });
  },
});

Deno.test("A SQLite journal that is read-only says so, can still be read, and loses nothing", async () => {
  await using folder = await journalFolder();
  const writable = await openSqliteJournal(journalOptions(folder.path));
  const writer = await Writer.of(subjectOf(writable));
  await writer.write(A, { events: [1] });
  await writable.close();

  const pragmas = ["query_only = ON"];
  const readOnly = openConnection({ path: folder.path, synchronous: "full", pragmas });
  const committer = createCommitter(readOnly);
  const mailbox = createMailboxStore(readOnly, new ManualClock());
  const reason = /journal\.db cannot be used: it is read-only/;
  await assertUnavailable(committer.commit([writer.part(A, { events: [2] })]), reason);
  await assertUnavailable(mailbox.accept([row(A, "1")]), reason);
  await assertUnavailable(mailbox.take(A, 1, []), reason);
  await assertUnavailable(createMaintenance(readOnly, new ManualClock()).check(), reason);
  assert.equal((await createEventLog(readOnly).readEvents(A, 0, 10)).length, 1);
  readOnly.exec("PRAGMA query_only = OFF");
  assert.deepEqual(await committer.commit([writer.part(A, { events: [2] })]), ["committed"]);
  readOnly.close();
});

Deno.test("openSqliteJournal() refuses a journal that is read-only, and says so", async () => {
  await using folder = await journalFolder();
  const pragmas = ["query_only = ON"];
  const opening = openSqliteJournal(journalOptions(folder.path, { pragmas }));
  await assertUnavailable(opening, /journal\.db cannot be used: it is read-only/);
});
