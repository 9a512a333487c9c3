/**
 * Clauses on the durable mailbox: acceptance, order, attempts, marks. What was refused: `refusals.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import type { Journal } from "../port.ts";
import { done, refused } from "./marks.ts";
import { actor, type Clauses, keyOf, mark, row, Writer } from "./subject.ts";

const A = actor("a");

async function taken(journal: Journal, limit = 100, except: readonly string[] = []) {
  return (await journal.take(A, limit, except)).map(({ id }) => id);
}

async function backlog(journal: Journal, partitions: readonly number[], limit = 100) {
  return (await journal.backlog(partitions, limit)).map(keyOf).sort();
}

const keys = (...addresses: Address[]) => addresses.map(keyOf).sort();

/** On the mailbox. */
export const MAILBOX_CLAUSES: Clauses = {
  "take() gives commands as they were accepted, in order of acceptance": async ({ journal }) => {
    // Ids and senders that would sort otherwise.
    const rows = ["m", "z", "a", "k"].map((id, i) => row(A, id, { sender: `s${9 - i}` }));
    assert.deepEqual(await journal.accept(rows.slice(0, 2)), ["accepted", "accepted"]);
    await journal.accept([row(actor("b"), "x"), ...rows.slice(2)]);
    assert.deepEqual(
      await journal.take(A, 100, []),
      rows.map(({ id, command, sender }) => ({ address: A, id, command, sender, attempts: 1 })),
    );
  },

  "take() gives up to a limit, and none of those named": async ({ journal }) => {
    await journal.accept(["1", "2", "3", "4"].map((id) => row(A, id)));
    assert.deepEqual(await taken(journal, 2), ["1", "2"]);
    assert.deepEqual(await taken(journal, 2, ["1", "2", "3"]), ["4"]);
    assert.deepEqual(await taken(journal, 2, ["1", "2", "3", "4"]), []);
  },

  "take() counts the attempts of what it gives, and of nothing else": async ({ journal }) => {
    await journal.accept([row(A, "1"), row(A, "2"), row(actor("b"), "1")]);
    await journal.take(A, 1, []);
    await journal.take(A, 1, []);
    const rows = await journal.take(A, 10, []);
    assert.deepEqual(rows.map(({ id, attempts }) => [id, attempts]), [["1", 3]]);
    assert.deepEqual((await journal.take(A, 10, ["1"])).map(({ attempts }) => attempts), [1]);
    assert.equal((await journal.take(actor("b"), 1, []))[0]?.attempts, 1);
  },

  "take() gives one that was begun before alone, so that it alone is counted": async (
    { journal },
  ) => {
    await journal.accept(["1", "2", "3"].map((id) => row(A, id)));
    assert.deepEqual(await taken(journal), ["1", "2", "3"]);
    assert.deepEqual(await taken(journal), ["1"]);
    assert.deepEqual(await taken(journal), ["1"]);
    const second = await journal.take(A, 100, ["1"]);
    assert.deepEqual(second.map(({ id, attempts }) => [id, attempts]), [["2", 2]]);
  },

  "take() gives no command that a commit handled": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await journal.accept([row(A, "1"), row(A, "2"), row(actor("b"), "1")]);
    await writer.write(A, { events: [1], handled: [done("1")] });
    assert.deepEqual(await taken(journal), ["2"]);
    assert.equal((await journal.take(actor("b"), 10, [])).length, 1);
  },

  "accept() takes a command of one actor and id once": async ({ journal }) => {
    const once = row(A, "1", { command: { first: true } });
    const again = row(A, "1", { command: { first: false } });
    const other = row(actor("b"), "1");
    assert.deepEqual(await journal.accept([once, again, other]), [
      "accepted",
      "duplicate",
      "accepted",
    ]);
    assert.deepEqual(await journal.accept([again]), ["duplicate"]);
    const rows = await journal.take(A, 10, []);
    assert.deepEqual(rows.map(({ command }) => command), [{ first: true }]);
  },

  "accept() refuses a command that was handled": async (subject) => {
    const writer = await Writer.of(subject);
    await writer.write(A, { handled: [done("1")] });
    assert.deepEqual(await subject.journal.accept([row(A, "1")]), ["duplicate"]);
    assert.deepEqual(await taken(subject.journal), []);
  },

  "accept(), take() and handled() keep ids and senders as they are, whatever is in them": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const awkward = ["null", '"', "\\", "{a,b}", "\u001a0000", "é 😀", "it's\n"];
    for (const id of awkward) {
      const address = actor(id, id, id);
      const command = row(address, id, { sender: id, command: { [id]: id } });
      assert.deepEqual(await journal.accept([command, command]), ["accepted", "duplicate"]);
      const [taken] = await journal.take(address, 1, []);
      const wanted = { address, id, command: command.command, sender: id, attempts: 1 };
      assert.deepEqual(taken, wanted);
      assert.deepEqual(await journal.take(address, 1, [id]), []);
      const handled = [mark(id, { reply: id }), mark(`${id}2`, { digest: id })];
      await writer.write(address, { handled });
      assert.deepEqual((await journal.handled(address, id))?.reply, id);
      assert.deepEqual(await journal.handled(address, `${id}2`), handled[1]);
    }
  },

  "accept() of nothing does nothing": async ({ journal }) => {
    assert.deepEqual(await journal.accept([]), []);
  },

  "backlog() names each actor of these partitions that has something to handle, once": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const [b, c] = [actor("b"), actor("c", "globex")];
    await journal.accept([
      row(A, "1", { partition: 1 }),
      row(A, "2", { partition: 1 }),
      row(b, "1", { partition: 2 }),
      row(c, "1", { partition: 3 }),
    ]);
    assert.deepEqual(await backlog(journal, [1, 2, 3]), keys(A, b, c));
    assert.deepEqual(await backlog(journal, [2, 7]), keys(b));
    assert.deepEqual(await backlog(journal, []), []);
    assert.equal((await backlog(journal, [1, 2, 3], 2)).length, 2);
    await writer.write(b, { partition: 2, handled: [done("1")] });
    assert.deepEqual(await backlog(journal, [1, 2, 3]), keys(A, c));
  },

  "handled() remembers digest and reply of a handled command, and of no other": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await journal.accept([row(A, "stored"), row(A, "waiting")]);
    // One stood in the mailbox; the other came straight from its sender.
    await writer.write(A, { handled: [done("stored"), { ...done("direct"), reply: null }] });
    assert.deepEqual(await journal.handled(A, "stored"), done("stored"));
    assert.deepEqual(await journal.handled(A, "direct"), { ...done("direct"), reply: null });
    // The one that was accepted keeps the digest that it was accepted with.
    await writer.write(A, { handled: [{ ...done("waiting"), digest: "" }] });
    assert.deepEqual(await journal.handled(A, "waiting"), done("waiting"));
    assert.equal(await journal.handled(A, "never"), null);
    assert.equal(await journal.handled(actor("b"), "stored"), null);
  },

  "commit() puts its sends into the mailboxes of others, in order, once": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const b = actor("b");
    const sends = ["s2", "s1"].map((id) => row(A, id, { partition: 5, sender: "session/b" }));
    await writer.write(b, { events: [1], sends });
    await writer.write(b, { events: [2], sends: [...sends, row(A, "s3", { partition: 5 })] });
    assert.deepEqual(await taken(journal), ["s2", "s1", "s3"]);
    assert.deepEqual(await backlog(journal, [5]), keys(A));
    // A message is never sent again, so one that was refused does not come back.
    await writer.write(A, { partition: 5, handled: [refused("s1")] });
    await writer.write(b, { events: [3], sends });
    assert.deepEqual(await journal.handled(A, "s1"), refused("s1"));
  },

  "figures() counts what waits": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const counts = async () => {
      const { mailbox_waits_ms: _, ...counted } = await journal.figures();
      return counted;
    };
    assert.deepEqual(await counts(), {
      mailbox_depth: 0,
      questions_pending: 0,
      dead_letters: 0,
      backup_taken_at: null,
    });
    await journal.accept([row(A, "1"), row(A, "2"), row(actor("b", "globex"), "1")]);
    const ask = (id: string) => ({ op: "ask", id, kind: "k", details: null }) as const;
    const settle = { op: "settle", id: "q1", outcome: "approve", details: null } as const;
    const dead = { command_id: "c", command: null, sender: "", error: "e", attempts: 5 };
    await writer.write(A, {
      events: [1],
      handled: [done("1")],
      questions: [ask("q1"), ask("q2"), settle],
      dead: [{ ...dead, id: "d1" }],
    });
    assert.deepEqual(await counts(), {
      mailbox_depth: 2,
      questions_pending: 1,
      dead_letters: 1,
      backup_taken_at: null,
    });
    await journal.retryDeadLetter("acme", "d1");
    assert.deepEqual(await counts(), {
      mailbox_depth: 3,
      questions_pending: 1,
      dead_letters: 0,
      backup_taken_at: null,
    });
  },

  "figures() says for how long the first of what waits has waited": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const waits = async () => (await journal.figures()).mailbox_waits_ms;
    assert.equal(await waits(), 0);
    await journal.accept([row(A, "1")]);
    await subject.pass(300);
    await journal.accept([row(actor("b", "globex"), "2")]);
    const first = await waits();
    assert.ok(first >= 300, `${first}`);
    await writer.write(A, { handled: [done("1")] });
    const second = await waits();
    assert.ok(second < first, `${second} is not less than ${first}`);
    await subject.pass(300);
    assert.ok(await waits() >= 300);
  },

  "check() resolves while the journal can be written, and leaves nothing behind": async (
    { journal },
  ) => {
    for (let i = 0; i < 3; i++) await journal.check();
    assert.equal((await journal.figures()).mailbox_depth, 0);
  },
};
