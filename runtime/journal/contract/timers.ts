/**
 * Clauses on timers.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Journal, TimerRow } from "../port.ts";
import { actor, type Clauses, HOME, Writer } from "./subject.ts";

const A = actor("a");

const set = (name: string, at: number): TimerRow => ({
  op: "set",
  name,
  at,
  command: { tick: name },
});
const fired = (name: string, at: number): TimerRow => ({ op: "fired", name, at });
const clear = (name: string): TimerRow => ({ op: "clear", name });

async function due(journal: Journal, partitions: readonly number[] = [HOME]) {
  return (await journal.dueTimers(partitions, 100)).map(({ name, at }) => [name, at]);
}

/** On timers. */
export const TIMER_CLAUSES: Clauses = {
  "dueTimers() gives a timer once it is due, never before": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now() + 300;
    await writer.write(A, { timers: [set("t", at)] });
    assert.deepEqual(await due(journal), []);
    const wait = await journal.nextTimerIn([HOME]);
    assert.ok(wait !== null && wait > 0 && wait <= 300, `Next timer is in ${wait} ms`);
    await subject.pass(wait);
    assert.ok(subject.now() >= at);
    assert.deepEqual(await journal.dueTimers([HOME], 10), [
      { address: A, name: "t", at, command: { tick: "t" } },
    ]);
    assert.equal(await journal.nextTimerIn([HOME]), 0);
  },

  "dueTimers() gives the oldest first, up to a limit": async (subject) => {
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(A, { timers: [set("young", now - 10), set("old", now - 30)] });
    await writer.write(actor("b"), { timers: [set("middle", now - 20)] });
    const names = async (limit: number) =>
      (await subject.journal.dueTimers([HOME], limit)).map(({ name }) => name);
    assert.deepEqual(await names(2), ["old", "middle"]);
    assert.deepEqual(await names(10), ["old", "middle", "young"]);
  },

  "dueTimers() and nextTimerIn() look into these partitions only": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(A, { partition: 2, timers: [set("t2", now - 1)] });
    await writer.write(actor("b"), { partition: 3, timers: [set("t3", now + 60_000)] });
    assert.deepEqual(await due(journal, [1, 3]), []);
    assert.deepEqual(await due(journal, [2, 3]), [["t2", now - 1]]);
    assert.equal(await journal.nextTimerIn([2, 3]), 0);
    assert.equal(await journal.nextTimerIn([1]), null);
    const wait = await journal.nextTimerIn([3]);
    assert.ok(wait !== null && wait > 50_000 && wait <= 60_000, `Next timer is in ${wait} ms`);
  },

  "nextTimerIn() passes over timers set for a time up to `after`": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(A, { timers: [set("due", now - 20), set("later", now - 10)] });
    assert.equal(await journal.nextTimerIn([HOME], now - 20), 0);
    assert.equal(await journal.nextTimerIn([HOME], now - 10), null);
    await writer.write(A, { timers: [set("next", now + 60_000)] });
    const wait = await journal.nextTimerIn([HOME], now - 10);
    assert.ok(wait !== null && wait > 50_000 && wait <= 60_000, `Next timer is in ${wait} ms`);
  },

  "commit() sets a timer anew, for another time and command": async (subject) => {
    const writer = await Writer.of(subject);
    const now = subject.now();
    await writer.write(A, { timers: [set("t", now - 1)] });
    await writer.write(A, { timers: [{ op: "set", name: "t", at: now - 2, command: "other" }] });
    const found = await subject.journal.dueTimers([HOME], 10);
    assert.deepEqual(found.map(({ at, command }) => [at, command]), [[now - 2, "other"]]);
    await writer.write(A, { timers: [set("t", now + 60_000)] });
    assert.deepEqual(await due(subject.journal), []);
  },

  "commit() clears a timer of that name of that actor; clearing none is no fault": async (
    subject,
  ) => {
    const writer = await Writer.of(subject);
    const at = subject.now() - 1;
    await writer.write(A, { timers: [set("t", at), set("u", at)] });
    await writer.write(actor("b"), { timers: [set("t", at)] });
    await writer.write(A, { timers: [clear("t"), clear("never")] });
    const found = await subject.journal.dueTimers([HOME], 10);
    assert.deepEqual(found.map(({ address, name }) => [address.id, name]).sort(), [
      ["a", "u"],
      ["b", "t"],
    ]);
  },

  "commit() applies the changes of one name in order; the last one wins": async (subject) => {
    const writer = await Writer.of(subject);
    const at = subject.now() - 1;
    await writer.write(A, {
      timers: [set("t", at), clear("t"), clear("u"), set("u", at - 9), set("u", at)],
    });
    assert.deepEqual(await due(subject.journal), [["u", at]]);
  },

  "commit() of a fired timer removes it, and it fires once": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now() - 1;
    await writer.write(A, { timers: [set("t", at)] });
    await writer.write(A, { events: [1], timers: [fired("t", at)] });
    assert.deepEqual(await due(journal), []);
    const again = writer.part(A, { events: [2], timers: [fired("t", at)] });
    assert.deepEqual(await writer.commit(again), ["duplicate"]);
    assert.equal((await journal.readEvents(A, 0, 10)).length, 1);
    // The same name and time may be set again, and is another timer.
    await writer.write(A, { timers: [set("t", at)] });
    await writer.write(A, { timers: [fired("t", at)] });
    assert.deepEqual(await due(journal), []);
  },

  "commit() of a fired timer leaves one of that name that is set for another time": async (
    subject,
  ) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    const at = subject.now() - 5;
    await writer.write(A, { timers: [set("t", at)] });
    // Set anew by the command before it, in the same commit.
    await writer.write(A, { timers: [set("t", at + 1), fired("t", at)] });
    assert.deepEqual(await due(journal), [["t", at + 1]]);
    // Set anew by the timer's own command.
    await writer.write(A, { timers: [fired("t", at + 1), set("t", at + 2)] });
    assert.deepEqual(await due(journal), [["t", at + 2]]);
    // Set anew by an earlier commit: this one does not stand any more.
    const late = writer.part(A, { timers: [fired("t", at)] });
    assert.deepEqual(await writer.commit(late), ["duplicate"]);
    assert.deepEqual(await due(journal), [["t", at + 2]]);
  },
};
