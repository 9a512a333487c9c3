import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { openSqliteJournal } from "../journal/sqlite/open.ts";
import { checkJournal } from "./check_journal.ts";

Deno.test("checkJournal() tells a free journal from one in use and one that is damaged", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/journal.db`;
    assert.equal((await checkJournal(path)).detail, `${path} will be created`);
    const open = { path, synchronous: "normal", partitions: 1, clock: systemClock } as const;
    const journal = await openSqliteJournal(open);
    assert.equal((await checkJournal(path)).detail, `${path} is in use by process ${Deno.pid}`);
    await journal.close();
    assert.equal((await checkJournal(path)).detail, `${path} is sound and free`);
    await Deno.writeTextFile(path, "no database".repeat(1000));
    assert.equal((await checkJournal(path)).status, "fault");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
