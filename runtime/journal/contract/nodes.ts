/**
 * Clauses on nodes knowing of each other.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeBeat, NodeRecord } from "../nodes_port.ts";
import type { Clauses } from "./subject.ts";

const ALIVE_MS = 60_000;

const beat = (id: string, more: Partial<NodeBeat> = {}): NodeBeat => ({
  id,
  incarnation: "inc_1",
  version: "1.2.3",
  protocol_version: "1.0",
  status: "active",
  partitions: 0,
  ...more,
});
const ids = (nodes: readonly NodeRecord[]) => nodes.map(({ id }) => id);

/** On nodes. */
export const NODE_CLAUSES: Clauses = {
  "join() and beat() tell of all nodes, by id, with what they last said": async (subject) => {
    const { journal } = subject;
    const before = subject.now();
    await journal.join(beat("n2"), ALIVE_MS);
    await journal.join(beat("n1"), ALIVE_MS);
    const last = beat("n2", { status: "draining", partitions: 7 });
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
    await journal.requestDrain("n1");
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
    assert.equal(await journal.requestDrain("n1"), true);
    assert.equal(await journal.requestDrain("n9"), false);
    const seen = await journal.beat(beat("n1", { status: "draining" }), ALIVE_MS);
    assert.deepEqual(seen.map((node) => node.drain_requested), [true, false]);
  },
};
