/**
 * Clauses on nodes knowing of each other.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeRecord } from "../nodes_port.ts";
import { type Clauses, nodeBeat as beat } from "./subject.ts";

const ALIVE_MS = 60_000;

/** How a drain is asked for by somebody who knows no better. */
const ASK = { alive_ms: ALIVE_MS, force: false };

const ids = (nodes: readonly NodeRecord[]) => nodes.map(({ id }) => id);

/** On nodes. */
export const NODE_CLAUSES: Clauses = {
  "join() and beat() tell of all nodes, by id, with what they last said": async (subject) => {
    const { journal } = subject;
    const before = subject.now();
    await journal.join(beat("n2"), ALIVE_MS);
    await journal.join(beat("n1"), ALIVE_MS);
    const labels = { zone: "a", rack: 'of "rack" \\ 4' };
    const last = beat("n2", { status: "draining", partitions: 7, weight: 2.5, labels });
    const seen = await journal.beat(last, ALIVE_MS);
    assert.deepEqual(ids(seen), ["n1", "n2"]);
    const { started_at, seen_at, drain_requested, ...said } = seen[1]!;
    assert.deepEqual(said, last);
    assert.equal(drain_requested, false);
    // The clause's clock and the journal's may be off by a little.
    assert.ok(started_at >= before - 1000 && seen_at >= started_at);
    assert.deepEqual(ids(await journal.nodes(ALIVE_MS)), ["n1", "n2"]);
  },

  "nodes() leaves out those that were not seen for that long": async (subject) => {
    const { journal } = subject;
    await journal.join(beat("n1"), ALIVE_MS);
    await subject.pass(300);
    assert.deepEqual(ids(await journal.join(beat("n2"), 200)), ["n2"]);
    assert.deepEqual(ids(await journal.nodes(200)), ["n2"]);
    assert.deepEqual(ids(await journal.nodes(ALIVE_MS)), ["n1", "n2"]);
    assert.deepEqual(ids(await journal.beat(beat("n1"), 200)), ["n1", "n2"]);
  },

  "join() takes the place of an earlier process of that id, which sees it": async (subject) => {
    const { journal } = subject;
    await journal.join(beat("n1"), ALIVE_MS);
    await journal.requestDrain("n1", { ...ASK, force: true });
    const [second] = await journal.join(beat("n1", { incarnation: "inc_2" }), ALIVE_MS);
    assert.equal(second?.incarnation, "inc_2");
    assert.equal(second?.drain_requested, false, "that was asked of the earlier one");
    const [seen] = await journal.beat(beat("n1", { partitions: 9 }), ALIVE_MS);
    assert.equal(seen?.incarnation, "inc_2");
    assert.equal(seen?.partitions, 0);
    await journal.leave("n1", "inc_1");
    assert.deepEqual(ids(await journal.nodes(ALIVE_MS)), ["n1"]);
  },

  "leave() forgets a node, and beat() notes it anew": async ({ journal }) => {
    await journal.join(beat("n1"), ALIVE_MS);
    await journal.leave("n1", "inc_1");
    await journal.leave("n1", "inc_1");
    assert.deepEqual(await journal.nodes(ALIVE_MS), []);
    assert.deepEqual(ids(await journal.beat(beat("n1"), ALIVE_MS)), ["n1"]);
  },

  "requestDrain() is seen by the node with its next beat": async ({ journal }) => {
    await journal.join(beat("n1"), ALIVE_MS);
    await journal.join(beat("n2"), ALIVE_MS);
    assert.equal(await journal.requestDrain("n1", ASK), "asked");
    assert.equal(await journal.requestDrain("n9", ASK), "unknown");
    const seen = await journal.beat(beat("n1", { status: "draining" }), ALIVE_MS);
    assert.deepEqual(seen.map((node) => node.drain_requested), [true, false]);
    assert.equal(await journal.requestDrain("n1", ASK), "asked", "again changes nothing");
  },

  "requestDrain() spares the last node that takes partitions, unless forced": async (subject) => {
    const { journal } = subject;
    await journal.join(beat("silent"), ALIVE_MS);
    await subject.pass(300);
    await journal.join(beat("edge", { weight: 0 }), ALIVE_MS);
    await journal.join(beat("leaving", { status: "draining" }), ALIVE_MS);
    await journal.join(beat("n1"), ALIVE_MS);
    const ask = { alive_ms: 200, force: false };
    assert.equal(await journal.requestDrain("n1", ask), "last");
    const drained = async () =>
      (await journal.nodes(ALIVE_MS)).filter(({ drain_requested }) => drain_requested)
        .map(({ id }) => id);
    assert.deepEqual(await drained(), []);
    // Nobody has to take over from one that takes nothing.
    assert.equal(await journal.requestDrain("edge", ask), "asked");
    assert.equal(await journal.requestDrain("leaving", ask), "asked");
    await journal.beat(beat("n2", { weight: 0.5 }), ALIVE_MS);
    assert.equal(await journal.requestDrain("n1", ask), "asked");
    assert.equal(await journal.requestDrain("n2", ask), "last");
    assert.equal(await journal.requestDrain("n2", { ...ask, force: true }), "asked");
    assert.deepEqual(await drained(), ["edge", "leaving", "n1", "n2"]);
  },

  "requestDrain() of the last two nodes at once is refused for one of them": async (subject) => {
    const { journal } = subject;
    for (let round = 0; round < 10; round++) {
      for (const id of ["n1", "n2"]) {
        await journal.join(beat(id, { incarnation: `inc_${round}` }), ALIVE_MS);
      }
      const outcomes = await Promise.all(
        ["n1", "n2"].map((id) => journal.requestDrain(id, ASK)),
      );
      assert.deepEqual(outcomes.sort(), ["asked", "last"]);
    }
  },
};
