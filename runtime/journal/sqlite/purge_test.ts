import assert from "node:assert/strict";
import { openConnection } from "./connection.ts";
import { openSqliteJournal } from "./open.ts";
import { journalFolder, journalOptions } from "./test_journal.ts";

Deno.test("createPurge() finds what is an actor's by an index in every table", async () => {
  await using folder = await journalFolder();
  await (await openSqliteJournal(journalOptions(folder.path))).close();
  const db = openConnection({ path: folder.path, access: "read" });
  const plans = ["mailbox", "timers", "approvals", "dead_letters"].map((table) =>
    db.prepare(
      `EXPLAIN QUERY PLAN SELECT 1 FROM ${table} WHERE tenant = ? AND type = ? AND actor = ?`,
    ).all("t", "session", "a").map(({ detail }) => String(detail)).join("; ")
  );
  db.close();
  for (const plan of plans) {
    assert.match(plan, /^SEARCH .*\(tenant=\? AND type=\? AND actor=\?\)$/);
  }
});
