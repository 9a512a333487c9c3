import assert from "node:assert/strict";
import { isRejection } from "../../actors/behavior.ts";
import type { SynapseError } from "../errors.ts";
import { ledger, note, notesOf } from "./ledger_actor.ts";
import { nodeFolder, startLedgerNode } from "./ledger_node.ts";

function isFull(limit: number) {
  return (error: SynapseError) => {
    assert.equal(error.code, "mailbox_full");
    assert.equal(error.reaction, "retry");
    assert.deepEqual(error.data, { limit, retry_after_ms: 1000 });
    return true;
  };
}

Deno.test("Node takes no more commands of one actor than may wait, and takes them again later", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({ ...folder, limits: { mailbox_per_session: 5 } });
  const submit = (id: string, i: number) => test.node.submit(ledger(id), note(`${i}`));
  const taken = [0, 1, 2, 3, 4].map((i) => submit("a", i));
  await assert.rejects(submit("a", 5), isFull(5));
  const other = submit("b", 0);
  await test.during(Promise.all([...taken, other]));
  await test.send("a", note("6"));
  assert.deepEqual(await test.notes("a"), ["0", "1", "2", "3", "4", "6"]);
});

Deno.test("Node takes no more commands of all actors than may wait, and takes them again later", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({ ...folder, limits: { mailbox_total: 8 } });
  const submit = (i: number) => test.node.submit(ledger(`l${i}`), note("x"));
  const taken = Array.from({ length: 8 }, (_, i) => submit(i));
  await assert.rejects(submit(8), isFull(8));
  await test.during(Promise.all(taken));
  await test.send("l8", note("x"));
});

Deno.test("Node counts refused and failed commands as over", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode({
    ...folder,
    limits: { mailbox_total: 2, mailbox_per_session: 2 },
  });
  for (let i = 0; i < 5; i++) {
    assert.ok(isRejection(await test.send("a", { type: "refuse" })));
    assert.ok(isRejection(await test.send("a", { type: "boom" })));
  }
  await test.send("a", note("x"));
});

Deno.test("Node handles the commands of one sender in the order in which they were sent", async () => {
  await using folder = await nodeFolder();
  // Few in a commit, and some of them slow: order must not depend on who is first at the journal.
  await using test = await startLedgerNode({
    ...folder,
    limits: { commit_actors: 3, mailbox_per_session: 1000 },
  });
  const ids = Array.from({ length: 10 }, (_, i) => `l${i}`);
  const texts = Array.from({ length: 200 }, (_, i) => `${i}`);
  const sent: Promise<unknown>[] = [];
  for (const text of texts) {
    for (const id of ids) sent.push(test.node.submit(ledger(id), note(text)));
    if (Number(text) % 20 === 0) await test.clock.yield();
  }
  const answers = await test.during(Promise.all(sent)) as { reply: number }[];
  for (const [i, id] of ids.entries()) {
    assert.deepEqual(await test.notes(id), texts);
    const replies = answers.filter((_, n) => n % ids.length === i).map(({ reply }) => reply);
    assert.deepEqual(replies, texts.map((_, n) => n + 1));
  }
});

Deno.test("Node puts the commands that wait for one actor into one commit", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  await test.send("a", note("first"));
  const before = test.faults.commits;
  const sent = Array.from({ length: 60 }, (_, i) => test.node.submit(ledger("a"), note(`${i}`)));
  await test.during(Promise.all(sent));
  assert.equal(test.faults.commits - before, 1);
});

Deno.test("Node handles a repetition and what it repeats, sent at once, as one", async () => {
  await using folder = await nodeFolder();
  await using test = await startLedgerNode(folder);
  const key = { id: "key", digest: "d" };
  const sent = Array.from({ length: 5 }, () => test.node.submit(ledger("a"), note("x"), key));
  const answers = await test.during(Promise.all(sent));
  const first = { reply: 1, repeated: false };
  assert.deepEqual(answers, [first, ...Array(4).fill({ reply: 1, repeated: true })]);
  assert.deepEqual(notesOf(await test.node.inspect(ledger("a"), null)), ["x"]);
});
