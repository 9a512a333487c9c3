import assert from "node:assert/strict";
import type { NodeRecord } from "../journal/nodes_port.ts";
import { testEdge } from "./testing.ts";

/** The edge over a journal in which nodes were seen at these times, in milliseconds from now. */
async function withNodes(
  seen: Readonly<Record<string, number>>,
  more: Readonly<Record<string, Partial<NodeRecord>>> = {},
) {
  const edge = await testEdge();
  const now = edge.node.clock.now();
  for (const [id, at] of Object.entries(seen)) {
    const record: NodeRecord = {
      id,
      incarnation: `inc_${id}`,
      version: "3.1.0",
      protocol_version: "1.0",
      status: "active",
      partitions: 64,
      weight: 1,
      labels: {},
      started_at: now - 60_000,
      seen_at: now + at,
      drain_requested: false,
      ...more[id],
    };
    edge.node.members.set(id, record);
  }
  return { ...edge, iso: (at: number) => new Date(now + at).toISOString() };
}

Deno.test("GET nodes lists those that gave a sign of life lately", async () => {
  const { call, iso } = await withNodes({ n1: -3000, n2: -3001, n3: -10_000, n4: -10_001 });
  const { status, body } = await call("GET", "/api/v1/nodes");
  assert.equal(status, 200);
  assert.deepEqual(body.items.map(({ id }: { id: string }) => id), ["n1", "n2", "n3"]);
  assert.equal(body.next, null);
  const silent = { ...body.items[1], status: "silent", partitions: 0 };
  assert.deepEqual([body.items[1], body.items[2].status], [silent, "silent"]);
  assert.deepEqual(body.items[0], {
    id: "n1",
    incarnation: "inc_n1",
    status: "active",
    version: "3.1.0",
    protocol_version: "1.0",
    partitions: 64,
    weight: 1,
    labels: {},
    started_at: iso(-60_000),
    seen_at: iso(-3000),
    drain_requested: false,
  });
});

Deno.test("GET nodes tells weights and labels, also of a node that knows none", async () => {
  const { call } = await withNodes({ n1: 0, n2: 0 }, {
    n1: { weight: 0, labels: { kind: "edge" } },
    n2: { weight: null },
  });
  const { body } = await call("GET", "/api/v1/nodes");
  const said = body.items.map(({ weight, labels }: NodeRecord) => [weight, labels]);
  assert.deepEqual(said, [[0, { kind: "edge" }], [1, {}]]);
});

Deno.test("POST drain takes a node of weight 0 for none that could take over", async () => {
  const { call } = await withNodes({ n1: 0, e1: 0 }, { e1: { weight: 0, partitions: 0 } });
  const { status, body } = await call("POST", "/api/v1/nodes/n1/drain");
  assert.deepEqual([status, body.code], [409, "last_node"]);
  assert.match(body.detail, /^Node n1 has no other to hand over to: e1 has the weight 0;/);
  assert.equal((await call("POST", "/api/v1/nodes/e1/drain")).status, 202);
});

Deno.test("POST drain asks a node, and asking again changes nothing", async () => {
  const { call, node } = await withNodes({ n1: 0, n2: 0 });
  for (let i = 0; i < 2; i++) {
    const { status, body } = await call("POST", "/api/v1/nodes/n1/drain");
    assert.deepEqual([status, body.id, body.drain_requested], [202, "n1", true]);
  }
  const asked = [...node.members.values()].map(({ drain_requested }) => drain_requested);
  assert.deepEqual(asked, [true, false]);
});

Deno.test("POST drain refuses the last node that works, unless it is forced", async () => {
  const { call, node } = await withNodes({ n1: 0, n2: 0, n3: -3001 });
  assert.equal((await call("POST", "/api/v1/nodes/n2/drain", {})).status, 202);
  const { status, body } = await call("POST", "/api/v1/nodes/n1/drain");
  assert.deepEqual([status, body.code], [409, "last_node"]);
  assert.match(body.detail, /^Node n1 has no other to hand over to: n2 is draining, n3 is silent;/);
  assert.equal(node.members.get("n1")?.drain_requested, false);
  // One that was asked may be asked again.
  assert.equal((await call("POST", "/api/v1/nodes/n2/drain")).status, 202);
  const forced = await call("POST", "/api/v1/nodes/n1/drain", { force: true });
  assert.deepEqual([forced.status, forced.body.drain_requested], [202, true]);
  const wrong = await call("POST", "/api/v1/nodes/n1/drain", { force: "yes" });
  assert.deepEqual([wrong.status, wrong.body.code], [422, "invalid_request"]);
});

Deno.test("POST drain answers 404 for a node that is not there, naming those that are", async () => {
  const { call } = await withNodes({ n1: -10_001, n2: 0 });
  const gone = await call("POST", "/api/v1/nodes/n1/drain");
  assert.deepEqual([gone.status, gone.body.code], [404, "node_not_found"]);
  assert.equal(gone.body.detail, "Node n1 does not exist, wanted one of n2");
  const nobody = await (await withNodes({})).call("POST", "/api/v1/nodes/n1/drain");
  assert.equal(nobody.body.detail, "Node n1 does not exist");
});
