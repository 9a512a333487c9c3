import assert from "node:assert/strict";
import { openConnection } from "../journal/sqlite/connection.ts";
import { ledger, type LedgerCommand } from "./ledger_actor.ts";
import { nodeFolder, startLedgerNode } from "./ledger_node.ts";
import { partitionOf } from "./placement.ts";

const note = (text: string): LedgerCommand => ({ type: "note", text });

function accepted(id: string, texts: readonly string[], partitions: number) {
  const address = ledger(id);
  const partition = partitionOf(address, partitions);
  return texts.map((text) => ({
    address,
    partition,
    id: text,
    command: note(text) as never,
    sender: "test",
    request_id: null,
    digest: "",
  }));
}

Deno.test("Node buries no accepted command because it was stopped again and again before it began", async () => {
  await using folder = await nodeFolder();
  const texts = Array.from({ length: 200 }, (_, i) => `n${i}`);
  {
    await using test = await startLedgerNode(folder);
    await test.journal.accept(accepted("a", texts, test.journal.partition_count));
  }
  for (let i = 0; i < 6; i++) {
    const test = await startLedgerNode(folder);
    await test.stop();
  }
  await using test = await startLedgerNode(folder);
  await test.until(async () => (await test.notes("a")).length === texts.length);
  assert.deepEqual(await test.notes("a"), texts);
  assert.equal((await test.journal.figures()).dead_letters, 0);
});

Deno.test("Node finds an accepted command of which it got no notice", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  await test.send("a", note("first"));
  await test.journal.accept(accepted("a", ["late"], test.journal.partition_count));
  await test.until(async () => (await test.notes("a")).length === 2);
  assert.deepEqual(await test.notes("a"), ["first", "late"]);
});

Deno.test("Node has an actor that wakes handle what was accepted before, also when a later command wakes it", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  const texts = Array.from({ length: 100 }, (_, i) => `n${i}`);
  // As a node did that is gone: nobody here is told.
  await test.journal.accept(accepted("a", texts, test.journal.partition_count));
  await test.send("a", note("later"));
  assert.deepEqual(await test.notes("a"), [...texts, "later"]);
});

Deno.test("Node passes over an actor of a type that it does not know, and serves all others", async () => {
  await using folder = await nodeFolder();
  {
    await using test = await startLedgerNode(folder);
    await test.send("ghost", note("old"));
  }
  const db = openConnection({ path: folder.path, synchronous: "normal" });
  db.exec("UPDATE actors SET type = 'ghost', owed = 1");
  db.exec(
    "INSERT INTO timers (tenant, type, actor, name, partition, at, command) " +
      "VALUES ('default', 'ghost', 'ghost', 't', 0, 0, 'null')",
  );
  db.close();
  await using test = await startLedgerNode(folder);
  await test.journal.accept(accepted("b", ["waiting"], test.journal.partition_count));
  await test.until(async () => (await test.notes("b")).length === 1);
  assert.equal(test.node.trouble(), null);
});
