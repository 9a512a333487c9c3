import assert from "node:assert/strict";
import type { Lease, Leases } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import { LeaseKeeper } from "./lease_keeper.ts";

/** Leases that end; the test takes some away. */
class FiniteLeases implements Leases {
  readonly partition_count = 4;
  readonly taken = new Set<number>();
  renewals = 0;
  released: readonly number[] = [];
  fault: Error | null = null;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  acquire(_: string, partitions: readonly number[], lease_ms: number): Promise<readonly Lease[]> {
    const until = this.#clock.now() + lease_ms;
    const free = partitions.filter((partition) => !this.taken.has(partition));
    return Promise.resolve(free.map((partition) => ({ partition, epoch: 7, until })));
  }

  renew(_: string, leases: readonly Lease[], lease_ms: number): Promise<readonly Lease[]> {
    this.renewals += 1;
    if (this.fault) return Promise.reject(this.fault);
    const until = this.#clock.now() + lease_ms;
    const kept = leases.filter(({ partition }) => !this.taken.has(partition));
    return Promise.resolve(kept.map((lease) => ({ ...lease, until })));
  }

  onReleased(): () => void {
    return () => {};
  }

  release(_: string, leases: readonly Lease[]): Promise<void> {
    if (this.fault) return Promise.reject(this.fault);
    this.released = leases.map(({ partition }) => partition);
    return Promise.resolve();
  }
}

const LEASE_MS = 3000;

function setUp() {
  const clock = new ManualClock();
  const leases = new FiniteLeases(clock);
  const lost: number[] = [];
  const changes: (readonly number[])[] = [];
  const keeper = new LeaseKeeper({
    leases,
    clock,
    node: "n1",
    lease_ms: LEASE_MS,
    metrics: silentMetrics,
    log: silentLogger,
    onChange: (partitions) => changes.push(partitions),
    onLost: (partitions) => lost.push(...partitions),
  });
  return { clock, leases, lost, changes, keeper };
}

Deno.test("LeaseKeeper holds what it could acquire, and nothing else", async () => {
  const { keeper, leases, changes } = setUp();
  leases.taken.add(2);
  await keeper.acquire([0, 1, 2]);
  assert.deepEqual(keeper.partitions, [0, 1]);
  assert.deepEqual(changes, [[0, 1]]);
  assert.deepEqual([0, 2, 3].map((partition) => keeper.epoch(partition)), [7, -1, -1]);
  assert.deepEqual([0, 2].map((partition) => keeper.isSure(partition)), [true, false]);
});

Deno.test("LeaseKeeper is sure of a lease for a little less than the store keeps it", async () => {
  const { clock, keeper } = setUp();
  await keeper.acquire([0]);
  await clock.advance(LEASE_MS * 0.9 - 1);
  assert.equal(keeper.isSure(0), true);
  assert.deepEqual(keeper.unsure, []);
  await clock.advance(1);
  assert.equal(keeper.isSure(0), false);
  assert.deepEqual(keeper.unsure, [0]);
  assert.equal(keeper.worksOn(0), true, "it may still be had");
  await keeper.renew();
  assert.equal(keeper.isSure(0), true);
});

Deno.test("LeaseKeeper counts from when it asked, not from when it was answered", async () => {
  const { clock, keeper, leases } = setUp();
  const slow = leases.acquire.bind(leases);
  leases.acquire = async (...args) => {
    const taken = await slow(...args);
    await clock.sleep(1000);
    return taken;
  };
  const acquiring = keeper.acquire([0]);
  await clock.advance(1000);
  await acquiring;
  assert.equal(keeper.isSure(0), true);
  await clock.advance(LEASE_MS * 0.9 - 1000);
  assert.equal(keeper.isSure(0), false);
});

Deno.test("LeaseKeeper.renew() gives up what was lost, and says so once", async () => {
  const { keeper, leases, lost, changes } = setUp();
  await keeper.acquire([0, 1, 3]);
  leases.taken.add(1);
  await keeper.renew();
  await keeper.renew();
  assert.deepEqual(lost, [1]);
  assert.deepEqual(keeper.partitions, [0, 3]);
  assert.deepEqual(changes.at(-1), [0, 3]);
  assert.equal(keeper.epoch(1), -1);
});

Deno.test("LeaseKeeper.renew() keeps what it has while the journal is away", async () => {
  const { keeper, leases, lost } = setUp();
  await keeper.acquire([0]);
  leases.fault = new DOMException("Away");
  await assert.rejects(keeper.renew());
  assert.deepEqual(keeper.partitions, [0]);
  assert.deepEqual(lost, []);
});

Deno.test("LeaseKeeper.fenced() believes the store, unless it means an earlier lease", async () => {
  const { keeper, lost } = setUp();
  await keeper.acquire([0, 1]);
  keeper.fenced(0, 6);
  assert.deepEqual(lost, []);
  keeper.fenced(0, 7);
  keeper.fenced(0, 7);
  assert.deepEqual(lost, [0]);
  assert.deepEqual(keeper.partitions, [1]);
});

Deno.test("LeaseKeeper.leave() takes nothing new for a partition, and release() gives it back", async () => {
  const { keeper, leases } = setUp();
  await keeper.acquire([0, 1]);
  keeper.leave([0, 2]);
  assert.deepEqual(keeper.partitions, [1]);
  assert.deepEqual([...keeper.held], [0, 1]);
  assert.equal(keeper.worksOn(0), false);
  assert.equal(keeper.isSure(0), true);
  assert.equal(keeper.epoch(0), 7, "its last commits need it");
  await keeper.release([0, 2]);
  assert.deepEqual(leases.released, [0]);
  assert.equal(keeper.epoch(0), -1);
});

Deno.test("LeaseKeeper.release() does without complaint when nothing can be given back", async () => {
  const { keeper, leases } = setUp();
  await keeper.acquire([0]);
  leases.fault = new DOMException("Away");
  await keeper.release([0]);
  assert.deepEqual(keeper.partitions, []);
});
