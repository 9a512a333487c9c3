import assert from "node:assert/strict";
import { isRejection } from "../../actors/behavior.ts";
import type { SynapseError } from "../errors.ts";
import type { DeadLetter } from "../journal/directory_port.ts";
import type { Journal } from "../journal/port.ts";
import { openConnection } from "../journal/sqlite/connection.ts";
import { ledger, type LedgerCommand, note } from "./ledger_actor.ts";
import { Jobs, nodeFolder, startLedgerNode } from "./ledger_node.ts";
import { partitionOf } from "./placement.ts";
import type { Answer } from "./port.ts";

const BOOM: LedgerCommand = { type: "boom" };

async function lettersOf(journal: Journal): Promise<readonly DeadLetter[]> {
  return (await journal.deadLetters("acme", { cursor: null, limit: 100 })).items;
}

function codeOf(answer: Answer): string {
  return isRejection(answer) ? answer.reject.code : "handled";
}

Deno.test("Node puts a command aside on which its actor threw five times, and the actor goes on", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  const before = test.node.submit(ledger("a"), note("before"));
  const poison = test.node.submit(ledger("a"), BOOM);
  const after = test.node.submit(ledger("a"), note("after"));
  const answers = await test.during(Promise.all([before, poison, after]));
  assert.deepEqual(answers.map(codeOf), ["handled", "command_poisoned", "handled"]);
  assert.deepEqual(await test.notes("a"), ["before", "after"]);
  const [letter] = await lettersOf(test.journal);
  assert.equal(letter?.attempts, 5);
  assert.deepEqual(letter?.command, BOOM);
  assert.equal(letter?.error, "The ledger was asked to throw");
  assert.equal(letter?.status, "open");
  const poisoned = await poison;
  assert.ok(isRejection(poisoned));
  assert.deepEqual(poisoned.reject.data, { dead_letter: letter?.id });
});

Deno.test("Node puts aside what stands in the mailbox and cannot be read, and takes what comes behind", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({ ...folder, limits: { command_attempts: 3 } });
  const { partition } = partitionOfA(test.journal);
  const rows = [{ type: "gibberish" }, note("fine")].map((command, i) => ({
    address: ledger("a"),
    partition,
    id: `m${i}`,
    command,
    sender: "test",
    request_id: null,
    digest: "",
  }));
  await test.journal.accept(rows);
  test.node.notify(ledger("a"));
  await test.until(async () => (await test.notes("a")).length === 1);
  const [letter] = await lettersOf(test.journal);
  assert.equal(letter?.command_id, "m0");
  assert.equal(letter?.attempts, 3);
  assert.equal((await test.journal.figures()).mailbox_depth, 0);
});

function partitionOfA(journal: Journal): { partition: number } {
  return { partition: partitionOf(ledger("a"), journal.partition_count) };
}

Deno.test("Node counts the tries of stored commands that ended the process", async () => {
  await using folder = await nodeFolder();
  {
    await using test = await startLedgerNode(folder);
    await test.journal.accept([{
      address: ledger("a"),
      ...partitionOfA(test.journal),
      id: "m",
      command: note("kills"),
      sender: "test",
      request_id: null,
      digest: "",
    }]);
    // Five processes took it and were never heard of again.
    for (let i = 0; i < 5; i++) await test.journal.take(ledger("a"), 1, []);
  }
  await using test = await startLedgerNode(folder);
  await test.until(async () => (await lettersOf(test.journal)).length === 1);
  assert.match((await lettersOf(test.journal))[0]!.error, /ended the process/);
  assert.deepEqual(await test.notes("a"), []);
});

Deno.test("Node handles a dead letter once more when it is retried, and puts it aside again if need be", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  await test.send("a", BOOM);
  const [letter] = await lettersOf(test.journal);
  await test.journal.retryDeadLetter("acme", letter!.id);
  test.node.notify(ledger("a"));
  await test.until(async () => (await lettersOf(test.journal)).length === 2);
  const letters = await lettersOf(test.journal);
  assert.deepEqual(letters.map(({ status }) => status), ["retried", "open"]);
  assert.deepEqual(letters.map(({ attempts }) => attempts), [5, 5]);
  assert.equal(letters[1]?.command_id, letter?.id);
  assert.equal(codeOf(await test.send("a", note("alive"))), "handled");
});

Deno.test("Node answers a poisonous command that is sent again under its id as it did before", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  const send = () => test.send("a", BOOM, { id: "key", digest: "d" });
  const first = await send();
  assert.equal(codeOf(first), "command_poisoned");
  assert.deepEqual(await send(), first);
  assert.equal((await lettersOf(test.journal)).length, 1);
});

Deno.test("Node puts a poisonous end of an effect aside and ends the effect as failed, for good", async () => {
  await using folder = await nodeFolder();
  class Poisoned extends Jobs {
    override async run(...args: Parameters<Jobs["run"]>): Promise<LedgerCommand> {
      return { ...await super.run(...args), text: "poison" } as LedgerCommand;
    }
  }
  for (const round of [1, 2]) {
    const jobs = new Poisoned();
    await using test = await startLedgerNode({ ...folder, jobs });
    if (round === 1) await test.send("a", { type: "begin", job: "j", policy: "retry" });
    await test.until(async () => (await lettersOf(test.journal)).length === 1);
    assert.equal(codeOf(await test.send("a", note(`alive ${round}`))), "handled");
    await test.clock.advance(5000);
    assert.equal((await lettersOf(test.journal)).length, 1);
    // It is not run again, nor after a restart.
    assert.deepEqual(jobs.runs, round === 1 ? ["j"] : []);
  }
});

Deno.test("Node parks an actor whose journal it cannot read, and serves all others", async () => {
  await using folder = await nodeFolder();
  {
    await using test = await startLedgerNode(folder);
    await test.send("a", note("old"));
    await test.send("b", note("fine"));
  }
  const db = openConnection({ path: folder.path, synchronous: "normal" });
  db.exec(
    "UPDATE events SET type = 'teleported' WHERE actor = (SELECT key FROM actors WHERE id = 'a')",
  );
  db.close();
  await using test = await startLedgerNode(folder);
  const code = (error: SynapseError) =>
    error.code === "event_unknown" && error.reaction === "pause";
  await assert.rejects(test.send("a", note("new")), code);
  await assert.rejects(test.send("a", note("new")), code);
  await assert.rejects(test.node.inspect(ledger("a"), null), code);
  assert.equal(codeOf(await test.send("b", note("still fine"))), "handled");
  assert.equal(test.node.trouble(), null);
  assert.deepEqual(await lettersOf(test.journal), []);
});

Deno.test("Node counts an actor that the journal has otherwise, drops it, and goes on from the journal", async () => {
  await using folder = await nodeFolder();
  const errors: string[] = [];
  const errorsTotal = { inc: ({ kind }: { readonly kind: string }) => void errors.push(kind) };
  await using test = await startLedgerNode({ ...folder, metrics: { errorsTotal } });
  await test.send("a", note("lost"));
  // As a failover does that lost the last commits, or retention to a closed session.
  const db = openConnection({ path: folder.path, synchronous: "normal" });
  db.exec("DELETE FROM events; DELETE FROM snapshots; DELETE FROM actors");
  db.close();
  assert.equal(codeOf(await test.send("a", note("kept"))), "handled");
  assert.deepEqual(await test.notes("a"), ["kept"]);
  assert.deepEqual(errors, ["conflict"]);
});
