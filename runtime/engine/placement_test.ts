import assert from "node:assert/strict";
import { addressKey, ownerOf, partitionOf, plan } from "./placement.ts";

Deno.test("partitionOf() gives for ever the partition that stands in journals", () => {
  const samples: readonly [tenant: string, type: string, id: string, of128: number, of8: number][] =
    [
      ["default", "session", "ses_1", 43, 3],
      ["default", "session", "ses_01hzy3m9p7q8r9s0t1v2w3x4y5", 90, 2],
      ["acme", "schedule", "daily", 19, 3],
      ["tenant-ü", "session", "日本", 93, 5],
      ["", "", "", 99, 3],
    ];
  for (const [tenant, type, id, of128, of8] of samples) {
    const found = [128, 8].map((count) => partitionOf({ tenant, type, id }, count));
    assert.deepEqual(found, [of128, of8], id);
  }
});

Deno.test("partitionOf() spreads actors evenly", () => {
  const counts = new Array<number>(128).fill(0);
  for (let i = 0; i < 12_800; i++) {
    counts[partitionOf({ tenant: "default", type: "session", id: `ses_${i}` }, 128)]! += 1;
  }
  assert.ok(Math.min(...counts) > 50 && Math.max(...counts) < 200, `${counts}`);
});

Deno.test("addressKey() tells actors apart", () => {
  assert.equal(addressKey({ tenant: "acme", type: "session", id: "a" }), "acme/session/a");
});

const NODES = ["node-a", "node-b", "node-c", "node-d"];
const PARTITIONS = Array.from({ length: 128 }, (_, i) => i);

Deno.test("ownerOf() gives each partition to one node, and every node a fair share", () => {
  const shares = Map.groupBy(PARTITIONS, (partition) => ownerOf(partition, NODES));
  assert.deepEqual([...shares.keys()].sort(), NODES);
  for (const share of shares.values()) {
    assert.ok(share.length >= 20 && share.length <= 46, `A share is ${share.length}`);
  }
  assert.equal(ownerOf(1, []), null);
});

Deno.test("ownerOf() does not depend on the order in which the nodes are named", () => {
  for (const partition of PARTITIONS) {
    assert.equal(ownerOf(partition, NODES), ownerOf(partition, NODES.toReversed()));
  }
});

Deno.test("ownerOf() moves only the partitions of the node that comes or goes", () => {
  for (const gone of NODES) {
    const left = NODES.filter((node) => node !== gone);
    for (const partition of PARTITIONS) {
      const before = ownerOf(partition, NODES);
      if (before !== gone) assert.equal(ownerOf(partition, left), before);
    }
  }
});

Deno.test("plan() of all nodes together gives each partition to one of them", () => {
  const taken = NODES.flatMap((node) => plan(node, NODES, new Set(), 128).take);
  assert.deepEqual(taken.sort((a, b) => a - b), PARTITIONS);
});

Deno.test("plan() gives up what belongs to others, and takes only what it does not hold", () => {
  const mine = PARTITIONS.filter((partition) => ownerOf(partition, NODES) === "node-a");
  const all = plan("node-a", NODES, new Set(PARTITIONS), 128);
  assert.deepEqual(all.take, []);
  assert.deepEqual(all.give, PARTITIONS.filter((partition) => !mine.includes(partition)));
  assert.deepEqual(plan("node-a", NODES, new Set(mine), 128), { take: [], give: [] });
});

Deno.test("plan() of a node that drains gives everything up", () => {
  assert.deepEqual(plan("node-a", ["node-b"], new Set([1, 2]), 128).give, [1, 2]);
  assert.deepEqual(plan("node-a", [], new Set([1, 2]), 128), { take: [], give: [1, 2] });
});
