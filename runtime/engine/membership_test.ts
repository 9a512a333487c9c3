import assert from "node:assert/strict";
import type { NodeBeat, NodeRecord, Nodes } from "../journal/nodes_port.ts";
import type { SynapseError } from "../errors.ts";
import { Membership, viewOf } from "./membership.ts";

const IDENTITY = { id: "n1", incarnation: "inc_1", version: "1.0.0", protocol_version: "1.0" };
const OWN = { id: "n1", incarnation: "inc_1" };

const record = (id: string, more: Partial<NodeRecord> = {}): NodeRecord => ({
  ...IDENTITY,
  id,
  status: "active",
  partitions: 0,
  weight: 1,
  labels: {},
  started_at: 0,
  seen_at: 10_000,
  drain_requested: false,
  ...more,
});

/** A list of nodes that the test writes; it keeps what it is told. */
function fakeNodes(records: readonly NodeRecord[]) {
  const beats: NodeBeat[] = [];
  const left: string[] = [];
  const nodes: Nodes = {
    join: () => Promise.resolve(records),
    beat: (beat) => {
      beats.push(beat);
      return Promise.resolve(records);
    },
    leave: (id) => Promise.resolve(void left.push(id)),
    nodes: () => Promise.resolve(records),
    requestDrain: () => Promise.resolve("asked"),
  };
  const membership = new Membership({
    nodes,
    identity: IDENTITY,
    lease_ms: 3000,
    heartbeat_ms: 1000,
    weight: 2,
    labels: { zone: "a" },
  });
  return { membership, beats, left };
}

Deno.test("viewOf() names those that take partitions, with their weights", () => {
  const records = [
    record("n1"),
    record("n2", { weight: 2.5 }),
    record("n3", { status: "draining" }),
    record("n4", { drain_requested: true }),
    record("n5", { weight: 0 }),
  ];
  const view = viewOf(records, OWN, 1000);
  assert.deepEqual(view.takers, [{ id: "n1", weight: 1 }, { id: "n2", weight: 2.5 }]);
  assert.equal(view.others, true);
  for (const idle of records.slice(2)) {
    assert.equal(viewOf([record("n1"), idle], OWN, 1000).others, false, idle.id);
  }
  // Of a node that takes none, all that do are others.
  const edge = viewOf([record("n1", { weight: 0 }), records[1]!], OWN, 1000);
  assert.deepEqual([edge.takers, edge.others], [[{ id: "n2", weight: 2.5 }], true]);
  assert.deepEqual(viewOf([record("n1", { weight: 0 })], OWN, 1000).takers, []);
});

Deno.test("viewOf() divides evenly while a node takes partitions that knows no weights", () => {
  const earlier = { weight: null };
  const records = [record("n1", { weight: 3 }), record("n2", earlier), record("n3", { weight: 0 })];
  assert.deepEqual(viewOf(records, OWN, 1000).takers, [
    { id: "n1", weight: 1 },
    { id: "n2", weight: 1 },
  ]);
  const leaving = [records[0]!, record("n2", { ...earlier, status: "draining" })];
  assert.deepEqual(viewOf(leaving, OWN, 1000).takers, [{ id: "n1", weight: 3 }]);
});

Deno.test("viewOf() suspects a node that is late, by the journal's clock", () => {
  const late = (seen_at: number) => viewOf([record("n1"), record("n2", { seen_at })], OWN, 1000);
  assert.equal(late(8600).suspect, false);
  assert.equal(late(8400).suspect, true);
});

Deno.test("viewOf() sees that another process has the id, and that a drain was asked for", () => {
  const other = viewOf([record("n1", { incarnation: "inc_2" })], OWN, 1000);
  assert.equal(other.superseded, true);
  assert.equal(viewOf([record("n1")], OWN, 1000).superseded, false);
  assert.equal(viewOf([record("n1", { drain_requested: true })], OWN, 1000).drain_requested, true);
});

Deno.test("Membership.join() refuses nodes of another major protocol version, and leaves", async () => {
  const { membership, left } = fakeNodes([record("n1"), record("n2", { protocol_version: "2.0" })]);
  await assert.rejects(membership.join(), (error: SynapseError) => {
    assert.equal(error.code, "protocol_mismatch");
    assert.equal(error.reaction, "fatal");
    assert.match(error.message, /Node n2 .* speaks protocol 2\.0, this program 1\.0/);
    return true;
  });
  assert.deepEqual(left, ["n1"]);
});

Deno.test("Membership.join() goes along with another minor protocol version", async () => {
  const { membership, left } = fakeNodes([record("n1"), record("n2", { protocol_version: "1.7" })]);
  await membership.join();
  assert.deepEqual(left, []);
});

Deno.test("Membership.beat() says what the node holds, and that it drains", async () => {
  const { membership, beats } = fakeNodes([record("n1")]);
  await membership.beat(7);
  membership.drain();
  await membership.beat(3);
  const said = { ...IDENTITY, weight: 2, labels: { zone: "a" } };
  assert.deepEqual(beats, [
    { ...said, status: "active", partitions: 7 },
    { ...said, status: "draining", partitions: 3 },
  ]);
});
