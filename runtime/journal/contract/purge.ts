/**
 * Clauses on the deletion of what has had its time.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Address } from "../../../actors/behavior.ts";
import type { Journal } from "../port.ts";
import { actor, allPages, type Clauses, HOME, mark, row, Writer } from "./subject.ts";

const letter = (id: string) => ({
  id,
  command_id: `cmd_${id}`,
  command: null,
  sender: "",
  error: "",
  attempts: 5,
});
const SNAPSHOT = { version: 1, state: "{}" };
const closed = { status: "closed", label: "", details: null };

async function exists(journal: Journal, address: Address): Promise<boolean> {
  return await journal.find(address) !== null;
}

/** How many rows each call deletes, until none is left. */
async function purgeAll(
  journal: Journal,
  before: Parameters<Journal["purge"]>[0],
  limit: number,
  after = () => Promise.resolve(),
): Promise<number[]> {
  const counts: number[] = [];
  do {
    counts.push(await journal.purge(before, limit));
    await after();
  } while (counts.at(-1) === limit);
  return counts;
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
    assert.deepEqual(await purgeAll(journal, before, 2), [2, 2, 1]);
    assert.equal(await journal.purge(before, 2), 0);
  },

  "purge() keeps a retried dead letter as long as its command, and an open one for ever": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const a = actor("a");
    const now = subject.now();
    const dead = ["open", "waits", "done"].map((id) => letter(id));
    await writer.write(a, { dead, at: now - 5000 });
    for (const id of ["waits", "done"]) await journal.retryDeadLetter("acme", id);
    const left = async () =>
      (await allPages((page) => journal.deadLetters("acme", page), 10)).map(({ id }) => id);
    await writer.write(a, { handled: [mark("done")], at: now - 1000 });
    assert.equal(await journal.purge({ handled: now - 2000, closed: null }, 100), 0);
    assert.deepEqual(await left(), ["open", "waits", "done"]);
    // The command and its letter.
    assert.deepEqual(await purgeAll(journal, { handled: now, closed: null }, 1), [1, 1, 0]);
    assert.deepEqual(await left(), ["open", "waits"]);
    assert.deepEqual((await journal.take(a, 10, [])).map(({ id }) => id), ["waits"]);
  },

  "purge() deletes closed actors last touched before that time, and all that is theirs": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    const old = actor("old");
    await journal.accept([row(old, "waiting")]);
    await writer.write(old, {
      events: [1, 2],
      snapshot: SNAPSHOT,
      summary: closed,
      handled: [mark("h")],
      timers: [{ op: "set", name: "t", at: now - 1, command: null }],
      questions: [{ op: "ask", id: "q", kind: "k", details: null }],
      dead: [letter("d")],
      at: now - 1000,
    });
    await writer.write(actor("open"), { events: [1], at: now - 1000 });
    await writer.write(actor("fresh"), { events: [1], summary: closed, at: now });
    assert.equal(await journal.purge({ handled: 0, closed: null }, 100), 0);
    // Two events, two commands, snapshot, timer, question, dead letter, and the actor.
    assert.equal(await journal.purge({ handled: 0, closed: now - 500 }, 100), 9);

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

  "purge() deletes a long history a few rows at a time, and nobody sees the half of it": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    const old = actor("old");
    const events = Array.from({ length: 20 }, (_, i) => i);
    const ask = (id: string) => ({ op: "ask" as const, id, kind: "k", details: null });
    for (const address of [old, actor("also")]) {
      const questions = [1, 2, 3].map((n) => ask(`${address.id}_${n}`));
      const part = { events, questions, snapshot: SNAPSHOT, summary: closed, at: now - 9 };
      await writer.write(address, part);
    }
    const seen: number[] = [];
    const look = async () => {
      const found = await journal.readEvents(old, 0, 100);
      const whole = found.length === 20;
      assert.ok(whole || found.length === 0, `Read ${found.length} events, wanted all or none`);
      assert.equal(await exists(journal, old), whole);
      assert.equal((await journal.load(old))?.seq, whole ? 20 : undefined);
      seen.push(found.length);
    };
    // Twice: 20 events, 3 questions, the snapshot and the actor.
    const counts = await purgeAll(journal, { handled: 0, closed: now }, 2, look);
    assert.deepEqual(counts, [...Array(25).fill(2), 0]);
    assert.equal(seen.at(-1), 0);
    const { items } = await journal.questions("acme", null, { cursor: null, limit: 10 });
    assert.deepEqual(items, []);
  },

  "purge() goes on with an actor that it began, also when nothing else is to go": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    const a = actor("a");
    await writer.write(a, { events: [1, 2, 3, 4], summary: closed, at: now - 9 });
    assert.equal(await journal.purge({ handled: 0, closed: now }, 2), 2);
    // A new actor may have the address meanwhile.
    writer.forget(a);
    await writer.write(a, { events: ["again"], at: now - 9 });
    assert.deepEqual(await purgeAll(journal, { handled: 0, closed: null }, 2), [2, 1]);
    const payloads = (await journal.readEvents(a, 0, 10)).map((event) => event.payload);
    assert.deepEqual(payloads, ["again"]);
  },

  "purge() leaves room for a new actor of the same address": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(actor("a"), {
      events: [1, 2],
      snapshot: SNAPSHOT,
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
