/**
 * Clauses on the deletion of what has had its time.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import type { Journal } from "../port.ts";
import { actor, allPages, type Clauses, HOME, row, Writer } from "./subject.ts";

const mark = (id: string) => ({ id, digest: "", reply: null });
const closed = { status: "closed", label: "", details: null };

async function exists(journal: Journal, address: Address): Promise<boolean> {
  return await journal.find(address) !== null;
}

/** On purging. */
export const PURGE_CLAUSES: Clauses = {
  "purge() deletes handled commands from before that time, and no waiting one": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const a = actor("a");
    const now = subject.now();
    await journal.accept([row(a, "old"), row(a, "waiting")]);
    await writer.write(a, { handled: [mark("old")], at: now - 1000 });
    await writer.write(a, { handled: [mark("new")], at: now });
    assert.equal(await journal.purge({ handled: now - 500, closed: null }, 100), 1);
    assert.equal(await journal.handled(a, "old"), null);
    assert.deepEqual(await journal.handled(a, "new"), mark("new"));
    assert.deepEqual((await journal.take(a, 10, [])).map(({ id }) => id), ["waiting"]);
    // Its id is free again.
    assert.deepEqual(await journal.accept([row(a, "old")]), ["accepted"]);
  },

  "purge() deletes no more than the limit at a time, and says how many": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    const handled = [1, 2, 3, 4, 5].map((n) => mark(`c${n}`));
    await writer.write(actor("a"), { handled, at: now - 1000 });
    const before = { handled: now, closed: null };
    const counts = [];
    for (let i = 0; i < 4; i++) counts.push(await journal.purge(before, 2));
    assert.deepEqual(counts, [2, 2, 1, 0]);
  },

  "purge() deletes closed actors last touched before that time, and all that is theirs": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    const old = actor("old");
    await journal.accept([row(old, "waiting")]);
    const dead = [{ id: "d", command_id: "c", command: null, sender: "", error: "", attempts: 5 }];
    await writer.write(old, {
      events: [1, 2],
      snapshot: "{}",
      summary: closed,
      handled: [mark("h")],
      timers: [{ op: "set", name: "t", at: now - 1, command: null }],
      questions: [{ op: "ask", id: "q", kind: "k", details: null }],
      dead,
      at: now - 1000,
    });
    await writer.write(actor("open"), { events: [1], at: now - 1000 });
    await writer.write(actor("fresh"), { events: [1], summary: closed, at: now });
    assert.equal(await journal.purge({ handled: 0, closed: null }, 100), 0);
    assert.equal(await journal.purge({ handled: 0, closed: now - 500 }, 100), 1);

    assert.deepEqual(
      await Promise.all(["old", "open", "fresh"].map((id) => exists(journal, actor(id)))),
      [false, true, true],
    );
    assert.equal(await journal.load(old), null);
    assert.deepEqual(await journal.readEvents(old, 0, 10), []);
    assert.deepEqual(await journal.take(old, 10, []), []);
    assert.equal(await journal.handled(old, "h"), null);
    assert.deepEqual(await journal.dueTimers([HOME], 10), []);
    assert.equal(await journal.question("acme", "q"), null);
    assert.deepEqual(await allPages((page) => journal.deadLetters("acme", page), 10), []);
    assert.equal((await journal.readEvents(actor("open"), 0, 10)).length, 1);
  },

  "purge() leaves room for a new actor of the same address": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(actor("a"), {
      events: [1, 2],
      snapshot: "{}",
      summary: closed,
      at: now - 9,
    });
    await journal.purge({ handled: 0, closed: now }, 100);
    writer.forget(actor("a"));
    await writer.write(actor("a"), { events: ["again"] });
    const payloads = (await journal.readEvents(actor("a"), 0, 10)).map((event) => event.payload);
    assert.deepEqual(payloads, ["again"]);
  },
};
