import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import type { Outgoing } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { ledger } from "./ledger_actor.ts";
import { OutboxPump } from "./outbox_pump.ts";

const commit = (partition: number, position: number): Outgoing => ({
  partition,
  position,
  address: ledger("a"),
  events: [],
});

function setUp() {
  const clock = new ManualClock();
  const world = { rows: [] as Outgoing[], fault: null as Error | null, dies: false };
  const arrived: number[] = [];
  const errors: unknown[] = [];
  const stopped = new AbortController();
  const pump = new OutboxPump({
    outbox: {
      outgoing: (partitions, limit) =>
        Promise.resolve(
          world.rows.filter(({ partition }) => partitions.includes(partition)).slice(0, limit),
        ),
      delivered: (through) => {
        if (world.dies) return Promise.reject(new TypeError("Gone"));
        for (const { partition, position } of through) {
          world.rows = world.rows.filter((row) =>
            row.partition !== partition || row.position > position
          );
        }
        return Promise.resolve();
      },
    },
    egress: {
      deliver: (outgoing) => {
        if (world.fault) return Promise.reject(world.fault);
        arrived.push(...outgoing.map(({ position }) => position));
        return Promise.resolve();
      },
    },
    clock,
    partitions: () => [1, 2],
    onError: (error) => errors.push(error),
  });
  const running = pump.run(stopped.signal);
  return { clock, world, arrived, errors, pump, end: () => (stopped.abort(), running) };
}

Deno.test("OutboxPump hands on what is there at start, in order, and forgets it", async () => {
  const { clock, world, arrived, end } = setUp();
  world.rows = [commit(1, 1), commit(2, 2), commit(3, 3), commit(1, 4)];
  await clock.advance(4000);
  assert.deepEqual(arrived, [1, 2, 4]);
  assert.deepEqual(world.rows, [commit(3, 3)]);
  await end();
  assert.equal(clock.sleeping, 0);
});

Deno.test("OutboxPump hands on soon what it is woken for", async () => {
  const { clock, world, arrived, pump, end } = setUp();
  await clock.advance(100);
  world.rows = [commit(1, 1)];
  pump.wake();
  await clock.advance(50);
  assert.deepEqual(arrived, [1]);
  await end();
});

Deno.test("OutboxPump keeps what could not be handed on, and says nothing of streams that are away", async () => {
  const { clock, world, arrived, errors, pump, end } = setUp();
  world.fault = new SynapseError("streams_unavailable", "Redis is away");
  world.rows = [commit(1, 1)];
  pump.wake();
  await clock.advance(10_000);
  assert.deepEqual([arrived, errors, world.rows.length], [[], [], 1]);
  world.fault = null;
  await clock.advance(2000);
  assert.deepEqual(arrived, [1]);
  await end();
});

Deno.test("OutboxPump hands on again what it could not forget", async () => {
  const { clock, world, arrived, errors, end } = setUp();
  world.rows = [commit(1, 1)];
  world.dies = true;
  await clock.advance(4000);
  assert.ok(errors.length > 0);
  world.dies = false;
  await clock.advance(4000);
  assert.ok(arrived.length >= 2 && arrived.every((position) => position === 1));
  assert.deepEqual(world.rows, []);
  await end();
});
