/**
 * Clauses on leases and epochs: one writer for each partition.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Lease } from "../port.ts";
import { actor, type Clauses, PARTITIONS, Writer } from "./subject.ts";

const LEASE_MS = 60_000;

const partitions = (leases: readonly Lease[]) =>
  leases.map((lease) => lease.partition).sort((a, b) => a - b);
const epochs = (leases: readonly Lease[]) =>
  new Map(leases.map(({ partition, epoch }) => [partition, epoch]));

/** On leases. */
export const LEASE_CLAUSES: Clauses = {
  "partition_count is the one that the store was created with": async (subject) => {
    assert.equal(subject.journal.partition_count, PARTITIONS);
    await using again = await subject.reopen();
    assert.equal(again.journal.partition_count, PARTITIONS);
  },

  "id is the store's own for ever": async (subject) => {
    const { id } = subject.journal;
    assert.match(id, /^jrn_[0-9a-z]+$/);
    await using again = await subject.reopen();
    assert.equal(again.journal.id, id);
  },

  "acquire() takes the partitions that are free, each for one node": async ({ journal }) => {
    assert.deepEqual(partitions(await journal.acquire("n1", [0, 1, 2], LEASE_MS)), [0, 1, 2]);
    assert.deepEqual(partitions(await journal.acquire("n2", [1, 2, 3], LEASE_MS)), [3]);
    assert.deepEqual(await journal.acquire("n2", [0], LEASE_MS), []);
    assert.deepEqual(await journal.acquire("n2", [], LEASE_MS), []);
    assert.deepEqual(await journal.acquire("n2", [1000], LEASE_MS), []);
  },

  "acquire() by two at once gives each partition to one of them": async ({ journal }) => {
    const all = Array.from({ length: PARTITIONS }, (_, i) => i);
    const [one, two] = await Promise.all(
      ["n1", "n2"].map((node) => journal.acquire(node, all, LEASE_MS)),
    );
    assert.deepEqual(partitions([...one!, ...two!]), all);
  },

  "acquire() gives a partition to nobody else while its lease lasts, whatever the name": async (
    { journal },
  ) => {
    const leases = await journal.acquire("n1", [0], LEASE_MS);
    // Another process of that name, or this one after a lost answer.
    assert.deepEqual(await journal.acquire("n1", [0], LEASE_MS), []);
    assert.deepEqual(epochs(await journal.renew("n1", leases, LEASE_MS)), epochs(leases));
  },

  "onReleased() calls after a release, until it is ended": {
    needs: "many_nodes",
    holds: async (subject) => {
      const { journal } = subject;
      let calls = 0;
      const end = journal.onReleased(() => calls++);
      await subject.pass(100);
      await journal.release("n1", await journal.acquire("n1", [0], LEASE_MS));
      await subject.pass(300);
      assert.ok(calls > 0);
      end();
      const before = calls;
      await journal.release("n1", await journal.acquire("n1", [0], LEASE_MS));
      await subject.pass(300);
      assert.equal(calls, before);
    },
  },

  "release() frees partitions, and the next owner has a higher epoch": async ({ journal }) => {
    const first = await journal.acquire("n1", [0, 1], LEASE_MS);
    await journal.release("n1", first.filter((lease) => lease.partition === 0));
    const second = await journal.acquire("n2", [0, 1], LEASE_MS);
    assert.deepEqual(partitions(second), [0]);
    assert.ok(epochs(second).get(0)! > epochs(first).get(0)!);
  },

  "release() of a lease that is another's by now changes nothing": async ({ journal }) => {
    const old = await journal.acquire("n1", [0], LEASE_MS);
    await journal.release("n1", old);
    const current = await journal.acquire("n2", [0], LEASE_MS);
    await journal.release("n1", old);
    assert.deepEqual(await journal.acquire("n3", [0], LEASE_MS), []);
    assert.deepEqual(partitions(await journal.renew("n2", current, LEASE_MS)), [0]);
  },

  "renew() keeps the epoch, and leaves out the leases that were lost": async ({ journal }) => {
    const leases = await journal.acquire("n1", [0, 1], LEASE_MS);
    const renewed = await journal.renew("n1", leases, LEASE_MS);
    assert.deepEqual(epochs(renewed), epochs(leases));
    await journal.release("n1", leases.filter((lease) => lease.partition === 1));
    await journal.acquire("n2", [1], LEASE_MS);
    assert.deepEqual(partitions(await journal.renew("n1", leases, LEASE_MS)), [0]);
    assert.deepEqual(await journal.renew("n2", leases, LEASE_MS), []);
  },

  "commit() of a former owner is fenced, of the present one not": async (subject) => {
    const { journal } = subject;
    const writer = await Writer.of(subject);
    await writer.write(actor("a"), { events: [1], partition: 2 });
    await journal.release("node_1", [writer.lease(2)]);
    const [lease] = await journal.acquire("node_2", [2], LEASE_MS);
    const late = writer.part(actor("a"), { events: ["late"], partition: 2 });
    assert.deepEqual(await writer.commit(late), ["fenced"]);
    const present = writer.part(actor("a"), {
      events: ["new"],
      partition: 2,
      epoch: lease!.epoch,
    });
    assert.deepEqual(await writer.commit(present), ["committed"]);
    const payloads = (await journal.readEvents(actor("a"), 0, 10)).map((event) => event.payload);
    assert.deepEqual(payloads, [1, "new"]);
  },

  "acquire() after a restart raises the epochs, so that what was under way is fenced": async (
    subject,
  ) => {
    // A store of one process frees everything when it is opened; others when the leases are over.
    const writer = await Writer.of(subject, 500);
    const stale = writer.part(actor("a"), { events: [1] });
    await using again = await subject.reopen();
    await subject.pass(600);
    await Writer.of(again);
    assert.deepEqual(await again.journal.commit([stale]), ["fenced"]);
  },

  "acquire() takes a lease that is over, and only that": {
    needs: "many_nodes",
    holds: async (subject) => {
      const { journal } = subject;
      const before = subject.now();
      const [short] = await journal.acquire("n1", [0], 500);
      await journal.acquire("n1", [1], LEASE_MS);
      assert.ok(short?.until && short.until >= before + 500);
      assert.deepEqual(await journal.acquire("n2", [0, 1], 500), []);
      await subject.pass(600);
      const taken = await journal.acquire("n2", [0, 1], LEASE_MS);
      assert.deepEqual(partitions(taken), [0]);
      assert.ok(taken[0]!.epoch > short.epoch);
      assert.deepEqual(await journal.renew("n1", [short], 500), []);
    },
  },

  "renew() prolongs a lease beyond its first end": {
    needs: "many_nodes",
    holds: async (subject) => {
      const { journal } = subject;
      const first = await journal.acquire("n1", [0], 500);
      await subject.pass(300);
      const renewed = await journal.renew("n1", first, 500);
      assert.ok(renewed[0]?.until && first[0]?.until && renewed[0].until > first[0].until);
      await subject.pass(300);
      assert.deepEqual(await journal.acquire("n2", [0], 500), []);
    },
  },
};
