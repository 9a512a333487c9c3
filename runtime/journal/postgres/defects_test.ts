import assert from "node:assert/strict";
import { actor, mark, row, Writer } from "../contract/subject.ts";
import { JournalUnavailable } from "../port.ts";
import { openJournal, subjectOf, testSchema } from "./test_database.ts";

Deno.test("A Postgres journal keeps text that Postgres itself does not hold", async () => {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await using subject = subjectOf(journal, schema);
  const writer = await Writer.of(subject);
  for (const odd of ["\0", "a\0b", "\ud800", "\udc00x", "\u001a", "\u001a0000"]) {
    const address = actor(odd, "acme", odd);
    await journal.accept([row(address, odd, { sender: odd, command: odd, digest: odd })]);
    const [taken] = await journal.take(address, 1, []);
    assert.deepEqual(taken, { address, id: odd, command: odd, sender: odd, attempts: 1 });
    const letter = { id: odd, command_id: odd, command: odd, sender: odd, error: odd, attempts: 5 };
    await writer.write(address, {
      events: [1],
      summary: { status: odd, label: odd, details: null },
      handled: [mark(odd, { reply: odd })],
      timers: [{ op: "set", name: odd, at: 1, command: odd }],
      questions: [{ op: "ask", id: odd, kind: odd, details: odd }],
      dead: [letter],
    });
    assert.deepEqual(await journal.handled(address, odd), mark(odd, { digest: odd, reply: odd }));
    const filter = { type: odd, status: odd, label: odd };
    const { items: [found] } = await journal.list("acme", filter, { cursor: null, limit: 1 });
    assert.deepEqual(found?.address, address);
    assert.deepEqual(
      (await journal.dueTimers([1], 10)).map(({ name, command }) => [name, command]),
      [
        [odd, odd],
      ],
    );
    assert.equal((await journal.question("acme", odd))?.kind, odd);
    const retried = await journal.retryDeadLetter("acme", odd);
    assert.deepEqual(retried, { ...letter, address, at: retried?.at, status: "retried" });
    await writer.write(address, { timers: [{ op: "clear", name: odd }] });
  }
});

Deno.test("A part that Postgres refuses is a defect of that part, and no trouble with the database", async () => {
  await using schema = await testSchema();
  const journal = await openJournal(schema);
  await using subject = subjectOf(journal, schema);
  const writer = await Writer.of(subject);
  const ask = { op: "ask", id: "q", kind: "k", details: null } as const;
  await writer.write(actor("a"), { events: [1], questions: [ask] });
  const good = writer.part(actor("good"), { events: [1] });
  const parts = [
    // The same question again, by another actor; and an id that no index holds.
    writer.part(actor("b"), { events: [1], questions: [ask] }),
    writer.part(actor(noise(10_000)), { events: [1] }),
  ];
  for (const bad of parts) {
    for (const batch of [[bad], [good, bad]]) {
      const error = await journal.commit(batch).then(() => null, (error) => error);
      assert.ok(error instanceof Error && !(error instanceof JournalUnavailable), String(error));
    }
  }
  assert.deepEqual(await journal.commit([good]), ["committed"]);
});

/** Characters that no compression makes fewer. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + state % 90);
  }).join("");
}
