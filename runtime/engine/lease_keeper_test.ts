import assert from "node:assert/strict";
import type { Lease, Leases } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import { LEASE_MS, LeaseKeeper } from "./lease_keeper.ts";

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

  release(_: string, leases: readonly Lease[]): Promise<void> {
    if (this.fault) return Promise.reject(this.fault);
    this.released = leases.map(({ partition }) => partition);
    return Promise.resolve();
  }
}

function setUp() {
  const clock = new ManualClock();
  const leases = new FiniteLeases(clock);
  const lost: number[] = [];
  const keeper = new LeaseKeeper({
    leases,
    clock,
    node: "n1",
    metrics: silentMetrics,
    log: silentLogger,
    onLost: (partitions) => lost.push(...partitions),
  });
  return { clock, leases, lost, keeper };
}

Deno.test("LeaseKeeper holds what it could acquire, and nothing else", async () => {
  const { keeper, leases } = setUp();
  leases.taken.add(2);
  assert.deepEqual(await keeper.acquire([0, 1, 2]), [0, 1]);
  assert.deepEqual(keeper.partitions, [0, 1]);
  assert.deepEqual([0, 2, 3].map((partition) => keeper.epoch(partition)), [7, -1, -1]);
});

Deno.test("LeaseKeeper renews well before its leases end, and stops with its signal", async () => {
  const { clock, keeper, leases } = setUp();
  await keeper.acquire([0]);
  const stopped = new AbortController();
  const running = keeper.run(stopped.signal);
  await clock.advance(LEASE_MS * 10);
  assert.ok(leases.renewals >= 20, `Renewed ${leases.renewals} times`);
  stopped.abort();
  await running;
  assert.equal(clock.sleeping, 0);
});

Deno.test("LeaseKeeper gives up what it lost, and says so once", async () => {
  const { clock, keeper, leases, lost } = setUp();
  await keeper.acquire([0, 1, 3]);
  const stopped = new AbortController();
  const running = keeper.run(stopped.signal);
  await clock.advance(LEASE_MS);
  leases.taken.add(1);
  await clock.advance(LEASE_MS);
  assert.deepEqual(lost, [1]);
  assert.deepEqual(keeper.partitions, [0, 3]);
  assert.equal(keeper.epoch(1), -1);
  stopped.abort();
  await running;
});

Deno.test("LeaseKeeper keeps what it has while the journal is away, and tries again", async () => {
  const { clock, keeper, leases, lost } = setUp();
  await keeper.acquire([0]);
  const stopped = new AbortController();
  const running = keeper.run(stopped.signal);
  leases.fault = new DOMException("Away");
  await clock.advance(LEASE_MS);
  assert.deepEqual(keeper.partitions, [0]);
  leases.fault = null;
  const before = leases.renewals;
  await clock.advance(LEASE_MS);
  assert.ok(leases.renewals > before);
  assert.deepEqual(lost, []);
  stopped.abort();
  await running;
});

Deno.test("LeaseKeeper gives everything back, and holds nothing then", async () => {
  const { keeper, leases } = setUp();
  await keeper.acquire([0, 1]);
  await keeper.release();
  assert.deepEqual(leases.released, [0, 1]);
  assert.deepEqual(keeper.partitions, []);
  assert.equal(keeper.epoch(0), -1);
});

Deno.test("LeaseKeeper stops without complaint when nothing can be given back", async () => {
  const { keeper, leases } = setUp();
  await keeper.acquire([0]);
  leases.fault = new DOMException("Away");
  await keeper.release();
  assert.deepEqual(keeper.partitions, []);
});
