import assert from "node:assert/strict";
import type { Address } from "../../actors/behavior.ts";
import type { SynapseError } from "../errors.ts";
import { ManualClock } from "../manual_clock.ts";
import type { Activation } from "./activation.ts";
import { HandOver } from "./hand_over.ts";
import { ledger } from "./ledger_actor.ts";

/** What the hand-over sees of an actor; the test makes it busy. */
class FakeActor {
  readonly address: Address;
  idle = true;
  stopped: unknown = null;
  end = Promise.resolve();

  constructor(id: string, readonly log: string[]) {
    this.address = ledger(id);
  }

  stop(error: unknown): Promise<void> {
    this.stopped = error;
    this.log.push(`stop ${this.address.id}`);
    return this.end;
  }
}

function setUp() {
  const clock = new ManualClock();
  const log: string[] = [];
  const leaving = new Set<number>();
  const actors = ["0a", "1a", "1b"].map((id) => new FakeActor(id, log));
  let committed = Promise.resolve();
  const handOver = new HandOver({
    leases: {
      isLeaving: (partition) => leaving.has(partition),
      leave: (partitions) => {
        log.push(`leave ${partitions}`);
        for (const partition of partitions) leaving.add(partition);
      },
      release: (partitions) => Promise.resolve(void log.push(`release ${partitions}`)),
    },
    clock,
    activations: () => actors as unknown as readonly Activation[],
    // Of an actor that is called 1b, 1.
    partitionOf: ({ id }) => Number(id[0]),
    committed: () => committed,
  });
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    committed = promise;
    return resolve;
  };
  return { clock, log, leaving, actors, handOver, hold };
}

Deno.test("HandOver takes nothing new first, then stops the actors, then releases", async () => {
  const { handOver, log, actors, clock } = setUp();
  await handOver.give([1], 400);
  assert.deepEqual(log, ["leave 1", "stop 1a", "stop 1b", "release 1"]);
  assert.equal(actors[0]?.stopped, null);
  assert.equal((actors[1]?.stopped as SynapseError).code, "draining");
  assert.equal(clock.sleeping, 0);
});

Deno.test("HandOver releases nothing before the commits under way have ended", async () => {
  const { handOver, log, hold, clock } = setUp();
  const end = hold();
  const giving = handOver.give([1], 400);
  await clock.advance(10_000);
  assert.ok(!log.includes("release 1"));
  end();
  await giving;
  assert.equal(log.at(-1), "release 1");
});

Deno.test("HandOver gives up quiet partitions at once, and a busy one when it is quiet", async () => {
  const { handOver, log, actors, clock } = setUp();
  actors[1]!.idle = false;
  const giving = handOver.give([0, 1], 400);
  await clock.advance(50);
  assert.deepEqual(log, ["leave 0,1", "stop 0a", "release 0"]);
  actors[1]!.idle = true;
  await clock.advance(50);
  await giving;
  assert.equal(log.at(-1), "release 1");
});

Deno.test("HandOver stops what is busy when its patience is over, and does not wait for the deaf", async () => {
  const { handOver, log, actors, clock } = setUp();
  actors[1]!.idle = false;
  actors[1]!.end = new Promise(() => {});
  const giving = handOver.give([1], 400);
  await clock.advance(390);
  assert.deepEqual(log, ["leave 1"]);
  await clock.advance(200);
  await giving;
  assert.equal(log.at(-1), "release 1");
  assert.equal(clock.sleeping, 0);
});

Deno.test("HandOver.busy() names the partitions with something under way", () => {
  const { handOver, actors } = setUp();
  actors[2]!.idle = false;
  assert.deepEqual([...handOver.busy()], [1]);
});

Deno.test("HandOver leaves alone a partition that was lost, and perhaps taken anew, meanwhile", async () => {
  const { handOver, log, leaving, actors, clock } = setUp();
  actors[1]!.idle = false;
  const giving = handOver.give([1], 400);
  await clock.advance(50);
  leaving.delete(1);
  await clock.advance(1000);
  await giving;
  assert.deepEqual(log, ["leave 1"]);
});
