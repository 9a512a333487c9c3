import assert from "node:assert/strict";
import fc from "fast-check";
import { addressKey, ownerOf, partitionOf, plan, type Taker } from "./placement.ts";

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

const NODES = even("node-a", "node-b", "node-c", "node-d");
const PARTITIONS = Array.from({ length: 128 }, (_, i) => i);

function even(...ids: string[]): Taker[] {
  return ids.map((id) => ({ id, weight: 1 }));
}

/** Where each of that many partitions is. */
function places(nodes: readonly Taker[], count = PARTITIONS.length): (string | null)[] {
  return Array.from({ length: count }, (_, partition) => ownerOf(partition, nodes));
}

/** Up to eight nodes of different names, with weights of which at least one is not 0. */
const arbitraryNodes = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 20 }),
    weight: fc.oneof(fc.constantFrom(0, 1, 3), fc.double({ min: 0, max: 1000, noNaN: true })),
  }),
  { minLength: 1, maxLength: 8, selector: ({ id }) => id },
).filter((nodes) => nodes.some(({ weight }) => weight > 0));

Deno.test("ownerOf() gives each partition to one node, and equal nodes a fair share", () => {
  const shares = Map.groupBy(PARTITIONS, (partition) => ownerOf(partition, NODES));
  assert.deepEqual([...shares.keys()].sort(), NODES.map(({ id }) => id));
  for (const share of shares.values()) {
    assert.ok(share.length >= 20 && share.length <= 46, `A share is ${share.length}`);
  }
  assert.equal(ownerOf(1, []), null);
});

/** FNV-1a and MurmurHash3's finalizer, as before there were weights: the largest hash decides. */
function unweightedOwner(partition: number, ids: readonly string[]): string | null {
  const hash = (id: string) => {
    let h = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${id}/${partition}`)) {
      h = Math.imul(h ^ byte, 0x01000193);
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  return ids.toSorted((a, b) => hash(b) - hash(a) || (a < b ? 1 : -1))[0] ?? null;
}

/** The first partitions of three such nodes, as a version without weights computed them. */
const BEFORE_WEIGHTS = [
  ...["n3", "n1", "n3", "n1", "n1", "n1", "n3", "n3"],
  ...["n1", "n3", "n2", "n2", "n2", "n2", "n1", "n1"],
];

Deno.test("ownerOf() of nodes of equal weight is what it was before there were weights", () => {
  fc.assert(
    fc.property(
      arbitraryNodes,
      fc.double({ min: 0.001, max: 1000, noNaN: true }),
      (nodes, weight) => {
        const ids = nodes.map(({ id }) => id);
        const equal = places(ids.map((id) => ({ id, weight })));
        assert.deepEqual(equal, PARTITIONS.map((partition) => unweightedOwner(partition, ids)));
      },
    ),
  );
  assert.deepEqual(places(even("n1", "n2", "n3"), 16), BEFORE_WEIGHTS);
});

Deno.test("ownerOf() gives nodes shares in proportion to their weights", () => {
  const count = 20_000;
  fc.assert(
    fc.property(arbitraryNodes, (nodes) => {
      const sum = nodes.reduce((all, { weight }) => all + weight, 0);
      const counts = Map.groupBy(places(nodes, count), (id) => id);
      for (const { id, weight } of nodes) {
        const [found, wanted] = [counts.get(id)?.length ?? 0, weight / sum];
        // Five standard deviations of as many independent draws, and what the hash itself is off.
        const margin = 5 * Math.sqrt(count * wanted * (1 - wanted)) + count / 100;
        assert.ok(Math.abs(found - count * wanted) <= margin, `${id} has ${found} of ${count}`);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("ownerOf() gives nothing to a node of weight 0, and to nobody where all have it", () => {
  fc.assert(fc.property(arbitraryNodes, (nodes) => {
    const heavy = nodes.filter(({ weight }) => weight > 0);
    assert.deepEqual(places(nodes), places(heavy));
    assert.ok(places(nodes).every((owner) => heavy.some(({ id }) => id === owner)));
    const idle = nodes.map(({ id }) => ({ id, weight: 0 }));
    assert.ok(places(idle).every((owner) => owner === null));
  }));
});

Deno.test("ownerOf() does not depend on the order in which the nodes are named", () => {
  fc.assert(fc.property(arbitraryNodes, (nodes) => {
    assert.deepEqual(places(nodes), places(nodes.toReversed()));
  }));
});

Deno.test("ownerOf() moves only partitions to or from the node that changes, comes or goes", () => {
  const change = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1000, noNaN: true }));
  fc.assert(fc.property(arbitraryNodes, fc.nat(), change, (nodes, n, weight) => {
    const changed = nodes[n % nodes.length]!;
    const after = nodes.map((node) => node === changed ? { ...node, weight } : node);
    const [old, now] = [places(nodes), places(after)];
    for (const partition of PARTITIONS) {
      if (old[partition] === now[partition]) continue;
      // It gains when its weight grows, and loses when that shrinks.
      const [poorer, richer] = weight > changed.weight ? [old, now] : [now, old];
      assert.equal(richer[partition], changed.id);
      assert.notEqual(poorer[partition], changed.id);
    }
  }));
});

Deno.test("plan() of all nodes together gives each partition to one of them", () => {
  const taken = NODES.flatMap(({ id }) => plan(id, NODES, new Set(), 128).take);
  assert.deepEqual(taken.sort((a, b) => a - b), PARTITIONS);
});

Deno.test("plan() gives up what belongs to others, and takes only what it does not hold", () => {
  const mine = PARTITIONS.filter((partition) => ownerOf(partition, NODES) === "node-a");
  const all = plan("node-a", NODES, new Set(PARTITIONS), 128);
  assert.deepEqual(all.take, []);
  assert.deepEqual(all.give, PARTITIONS.filter((partition) => !mine.includes(partition)));
  assert.deepEqual(plan("node-a", NODES, new Set(mine), 128), { take: [], give: [] });
});

Deno.test("plan() of a node that takes none gives everything up", () => {
  const held = new Set([1, 2]);
  assert.deepEqual(plan("node-a", even("node-b"), held, 128), { take: [], give: [1, 2] });
  assert.deepEqual(plan("node-a", [], held, 128), { take: [], give: [1, 2] });
  const idle = [{ id: "node-a", weight: 0 }, ...even("node-b")];
  assert.deepEqual(plan("node-a", idle, held, 128), { take: [], give: [1, 2] });
});
