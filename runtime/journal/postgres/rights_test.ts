import assert from "node:assert/strict";
import { actor, mark, nodeBeat, row, Writer } from "../contract/subject.ts";
import type { Journal } from "../port.ts";
import { JournalUnavailable } from "../port.ts";
import { openJournal, subjectOf, type TestSchema, testSchema } from "./test_database.ts";
import { documentedGrants, restrictedUser } from "./test_user.ts";

/** What a node does in its life, each table touched. */
async function live(journal: Journal, schema: TestSchema): Promise<void> {
  await journal.join(nodeBeat("node_1"), 60_000);
  await journal.requestDrain("node_1", { alive_ms: 60_000, force: true });
  await journal.check();
  const writer = await Writer.of(subjectOf(journal, schema));
  const [from, to] = [actor("a"), actor("b")];
  await journal.accept([row(from, "c1")]);
  await writer.write(from, {
    events: ["one"],
    handled: [mark("c1")],
    sends: [row(to, "c2")],
    outgoing: true,
  });
  await journal.putAgent("acme", "assistant", {});
  await journal.figures();
  await journal.purge({ handled: Number.MAX_SAFE_INTEGER, closed: Number.MAX_SAFE_INTEGER }, 100);
  await writer.release();
  await journal.leave("node_1", "inc_1");
  assert.equal((await journal.readEvents(from, 0, 10)).length, 1);
}

Deno.test("a user who makes no tables runs a node with the documented grants, and is told what else", async () => {
  await using schema = await testSchema();
  await (await openJournal(schema)).close();
  await using restricted = await restrictedUser(schema);
  const refused = (wanted: string) =>
    assert.rejects(openJournal(restricted), (error) => {
      assert.ok(error instanceof JournalUnavailable && error.rolled_back, String(error));
      assert.ok(error.message.includes(wanted), error.message);
      return true;
    });
  await refused("no schema that exists and that the user may use");
  await schema.sql.unsafe(`GRANT USAGE ON SCHEMA ${restricted.schema} TO ${restricted.user}`);
  await refused(`${restricted.user} lacks a right (permission denied for table migrations)`);
  for (const grant of await documentedGrants(restricted)) await schema.sql.unsafe(grant);
  const journal = await openJournal(restricted);
  await live(journal, schema);
  await journal.close();
});
