import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import type { Lease } from "../journal/port.ts";
import { LeaseKeeper } from "./lease_keeper.ts";
import type { View } from "./membership.ts";
import { ownerOf } from "./placement.ts";
import { Rebalancer } from "./rebalance.ts";

const COUNT = 16;
const BOTH = ["n1", "n2"].map((id) => ({ id, weight: 1 }));
const MINE = Array.from({ length: COUNT }, (_, i) => i)
  .filter((partition) => ownerOf(partition, BOTH) === "n1");
const ALONE: View = {
  takers: [{ id: "n1", weight: 1 }],
  others: false,
  suspect: false,
  superseded: false,
  drain_requested: false,
};

function setUp() {
  const clock = new ManualClock();
  const log: string[] = [];
  const busy = new Set<number>();
  const world = {
    released: () => {},
    view: ALONE,
    free: new Set(Array.from({ length: COUNT }, (_, i) => i)),
  };
  const leases = new LeaseKeeper({
    leases: {
      partition_count: COUNT,
      acquire: (_, partitions) => {
        const taken = partitions.filter((partition) => world.free.delete(partition));
        return Promise.resolve(
          taken.map((partition) => ({ partition, epoch: 1, until: clock.now() + 3000 })),
        );
      },
      renew: (_, leases) => Promise.resolve(leases),
      release: (_, given: readonly Lease[]) =>
        Promise.resolve(given.forEach(({ partition }) => world.free.add(partition))),
      onReleased: () => () => {},
    },
    clock,
    node: "n1",
    lease_ms: 3000,
    metrics: silentMetrics,
    log: silentLogger,
    onChange: () => {},
    onLost: (partitions) => log.push(`lost ${partitions.length}`),
  });
  const rebalancer = new Rebalancer({
    node: "n1",
    partition_count: COUNT,
    membership: {
      drain: () => log.push("drain"),
      beat: (held: number) => {
        log.push(`beat ${held}`);
        return Promise.resolve(world.view);
      },
    },
    leases,
    onReleased: (listener) => {
      world.released = listener;
      return () => void (world.released = () => {});
    },
    handOver: {
      busy: () => busy,
      give: async (partitions, patience_ms) => {
        log.push(`give ${partitions.length} within ${patience_ms}`);
        leases.leave(partitions);
        await leases.release(partitions);
      },
    },
    clock,
    log: {
      ...silentLogger,
      warn: (_, message) => log.push(`warn ${message}`),
      info: (_, message) => log.push(`info ${message}`),
    },
    heartbeat_ms: 1000,
    drain_ms: 400,
    onDrainRequested: () => log.push("drain requested"),
    onSuperseded: () => log.push("superseded"),
    onError: (error) => log.push(`error ${error}`),
  });
  return { clock, log, busy, world, leases, rebalancer };
}

Deno.test("Rebalancer takes everything when the node is alone, and its share among others", async () => {
  const { rebalancer, leases, world } = setUp();
  await rebalancer.look();
  assert.equal(leases.partitions.length, COUNT);
  assert.equal(rebalancer.others, false);
  world.view = { ...ALONE, takers: BOTH, others: true };
  await rebalancer.look();
  assert.deepEqual(leases.partitions, MINE);
  assert.equal(rebalancer.others, true);
});

Deno.test("Rebalancer lets a busy partition stay for a while, not for ever", async () => {
  const { rebalancer, leases, world, busy, clock } = setUp();
  await rebalancer.look();
  const other = leases.partitions.find((partition) => !MINE.includes(partition))!;
  busy.add(other);
  world.view = { ...ALONE, takers: BOTH, others: true };
  await rebalancer.look();
  assert.deepEqual(
    [...leases.partitions].sort((a, b) => a - b),
    [...MINE, other].sort((a, b) => a - b),
  );
  await clock.advance(9000);
  await rebalancer.look();
  assert.ok(leases.worksOn(other));
  await clock.advance(1000);
  await rebalancer.look();
  assert.deepEqual(leases.partitions, MINE);
});

Deno.test("Rebalancer looks again soon when a node is late, and at once when it is nudged", async () => {
  const { rebalancer, clock, log, world } = setUp();
  await rebalancer.look();
  const stopped = new AbortController();
  const running = rebalancer.run(stopped.signal);
  const looks = () => log.filter((line) => line.startsWith("beat")).length;
  await clock.advance(2000);
  assert.equal(looks(), 3);
  world.view = { ...ALONE, suspect: true };
  await clock.advance(1000);
  const before = looks();
  await clock.advance(1000);
  assert.equal(looks() - before, 5);
  world.view = ALONE;
  await clock.advance(200);
  const quiet = looks();
  world.released();
  await clock.advance(1);
  assert.equal(looks() - quiet, 1);
  stopped.abort();
  await running;
  assert.equal(clock.sleeping, 0);
});

Deno.test("Rebalancer.drain() says so first, gives everything up, and takes nothing again", async () => {
  const { rebalancer, leases, log } = setUp();
  await rebalancer.look();
  log.length = 0;
  await rebalancer.drain();
  assert.deepEqual(log, ["drain", `beat ${COUNT}`, `give ${COUNT} within 400`]);
  await rebalancer.look();
  assert.deepEqual(leases.partitions, []);
});

Deno.test("Rebalancer says that a drain was asked for", async () => {
  const { rebalancer, log, world } = setUp();
  world.view = { ...ALONE, drain_requested: true };
  await rebalancer.look();
  assert.ok(log.includes("drain requested"));
});

Deno.test("Rebalancer says that another process has the node's id, and looks no more", async () => {
  const { rebalancer, log, world, clock } = setUp();
  await rebalancer.look();
  const running = rebalancer.run(new AbortController().signal);
  world.view = { ...ALONE, superseded: true };
  await clock.advance(1000);
  await running;
  assert.equal(log.at(-1), "superseded");
  const looks = log.length;
  await clock.advance(10_000);
  assert.equal(log.length, looks);
});

Deno.test("Rebalancer of a node without weight takes nothing, and says when nobody does", async () => {
  const { rebalancer, leases, world, log } = setUp();
  world.view = { ...ALONE, takers: [{ id: "n2", weight: 1 }], others: true };
  await rebalancer.look();
  assert.deepEqual([leases.partitions, rebalancer.nobody], [[], false]);
  world.view = { ...ALONE, takers: [] };
  await rebalancer.look();
  await rebalancer.look();
  assert.equal(rebalancer.nobody, true);
  world.view = ALONE;
  await rebalancer.look();
  assert.equal(rebalancer.nobody, false);
  assert.deepEqual(log.filter((line) => /^(warn|info)/.test(line)), [
    "warn No node takes partitions; commands wait until one does",
    "info A node takes partitions again",
  ]);
});

Deno.test("Rebalancer that drains does not complain that it was the last", async () => {
  const { rebalancer, world, log } = setUp();
  await rebalancer.look();
  await rebalancer.drain();
  world.view = { ...ALONE, takers: [] };
  await rebalancer.look();
  assert.deepEqual(log.filter((line) => line.startsWith("warn")), []);
});
