/**
 * Clauses on the directory: what is known of actors, and their lists.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { SynapseError } from "../../errors.ts";
import type { Journal } from "../port.ts";
import { actor, allPages, type Clauses, Writer } from "./subject.ts";

const ANY = { type: "session", status: null, label: null };

async function ids(journal: Journal, filter: Partial<typeof ANY | Record<string, string>>) {
  const all = await allPages((page) => journal.list("acme", { ...ANY, ...filter }, page), 2);
  return all.map(({ address }) => address.id);
}

const summary = (status: string, label: string) => ({ status, label, details: null });

/** Five actors, the first one oldest, of two statuses and two labels. */
async function fill(writer: Writer): Promise<void> {
  await writer.write(actor("1"), { events: [1], summary: summary("idle", "x") });
  await writer.write(actor("2"), { events: [1], summary: summary("running", "y") });
  await writer.write(actor("3"), { events: [1], summary: summary("idle", "y") });
  await writer.write(actor("4"), { events: [1], summary: summary("idle", "x") });
  await writer.write(actor("5", "acme", "schedule"), { events: [1], summary: summary("idle", "") });
}

/** On the directory. */
export const LIST_CLAUSES: Clauses = {
  "find() gives what the last commit with events said of an actor": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const address = actor("a");
    assert.equal(await journal.find(address), null);
    const created = subject.now() - 1000;
    await writer.write(address, {
      events: ["é"],
      summary: { status: "running", label: "x", details: { a: 1 } },
      at: created,
    });
    await writer.write(address, {
      events: [1, 2],
      summary: { status: "idle", label: "y", details: { a: [2] } },
      at: created + 500,
    });
    assert.deepEqual(await journal.find(address), {
      address,
      seq: 3,
      summary: { status: "idle", label: "y", details: { a: [2] } },
      created_at: created,
      updated_at: created + 500,
      // UTF-8 bytes of canonical JSON: "é" with its quotes, 1 and 2.
      bytes: 6,
    });
  },

  "list() gives the actors of a type, newest first": async (subject) => {
    await fill(await Writer.of(subject));
    assert.deepEqual(await ids(subject.journal, {}), ["4", "3", "2", "1"]);
    assert.deepEqual(await ids(subject.journal, { type: "schedule" }), ["5"]);
    assert.deepEqual(await ids(subject.journal, { type: "other" }), []);
  },

  "list() keeps its order when older actors change": async (subject) => {
    const writer = await Writer.of(subject);
    await fill(writer);
    await writer.write(actor("1"), { events: [2] });
    assert.deepEqual(await ids(subject.journal, {}), ["4", "3", "2", "1"]);
  },

  "list() filters by status, by label, and by both": async (subject) => {
    await fill(await Writer.of(subject));
    assert.deepEqual(await ids(subject.journal, { status: "idle" }), ["4", "3", "1"]);
    assert.deepEqual(await ids(subject.journal, { label: "y" }), ["3", "2"]);
    assert.deepEqual(await ids(subject.journal, { status: "idle", label: "x" }), ["4", "1"]);
    assert.deepEqual(await ids(subject.journal, { status: "closed" }), []);
  },

  "list() neither repeats nor skips an actor when others come while it is read": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await fill(writer);
    const first = await journal.list("acme", ANY, { cursor: null, limit: 2 });
    await writer.write(actor("6"), { events: [1] });
    const rest = await journal.list("acme", ANY, { cursor: first.next, limit: 10 });
    assert.deepEqual(
      [...first.items, ...rest.items].map(({ address }) => address.id),
      ["4", "3", "2", "1"],
    );
    assert.equal(rest.next, null);
  },

  "lists refuse a cursor that no page gave out": async ({ journal }) => {
    for (const cursor of ["x", "-1", "1.5", "1e3", " 1", ""]) {
      const page = { cursor, limit: 10 };
      const lists = [
        () => journal.list("acme", ANY, page),
        () => journal.questions("acme", null, page),
        () => journal.deadLetters("acme", page),
        () => journal.owed([0], page),
      ];
      for (const list of lists) {
        await assert.rejects(list, (error: SynapseError) => error.code === "invalid_request");
      }
    }
  },

  "owed() gives each actor of these partitions that owes something, by pages": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    for (let i = 0; i < 7; i++) {
      const address = actor(`a${i}`, i % 2 ? "acme" : "globex");
      await writer.write(address, { events: [1], owed: i !== 3, partition: i % 4 });
    }
    // Not owed any more.
    await writer.write(actor("a5"), { events: [2], owed: false, partition: 1 });
    const owed = async (...partitions: number[]) =>
      (await allPages((page) => journal.owed(partitions, page), 2)).map(({ id }) => id).sort();
    assert.deepEqual(await owed(0, 1, 2, 3), ["a0", "a1", "a2", "a4", "a6"]);
    assert.deepEqual(await owed(0, 3), ["a0", "a4"]);
    assert.deepEqual(await owed(), []);
  },
};
