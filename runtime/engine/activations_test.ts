import assert from "node:assert/strict";
import { ConcurrencyLimit } from "../concurrency_limit.ts";
import { systemEntropy } from "../entropy.ts";
import type { SynapseError } from "../errors.ts";
import { PARTITIONS } from "../journal/contract/subject.ts";
import type { Journal } from "../journal/port.ts";
import { DEFAULT_LIMITS } from "../limits.ts";
import { ManualClock } from "../manual_clock.ts";
import { openSubject } from "../journal/sqlite/test_journal.ts";
import { LocalLiveEvents } from "../streams/local.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import { Activations } from "./activations.ts";
import { GroupCommit } from "./commit.ts";
import { JournalHealth } from "./journal_health.ts";
import { LEDGER, ledger } from "./ledger_actor.ts";
import { Jobs } from "./ledger_node.ts";
import { partitionOf } from "./placement.ts";

/** Activations over a real journal, with a clock of their own. */
async function setUp() {
  const subject = await openSubject();
  const { journal }: { journal: Journal } = subject;
  const all = Array.from({ length: PARTITIONS }, (_, i) => i);
  const leases = await journal.acquire("test", all, 1000);
  const clock = new ManualClock();
  const stopped = new AbortController();
  const world = { journal, clock, metrics: silentMetrics, log: silentLogger };
  const live = new LocalLiveEvents({ clock, limits: DEFAULT_LIMITS });
  const activations: Activations = new Activations({
    ...world,
    live,
    group: new GroupCommit({ ...world, actors_max: 10 }),
    health: new JournalHealth(journal, clock, silentLogger, stopped.signal),
    handOn: () => {},
    announce: () => {},
    answered: () => {},
    isSure: () => true,
    fenced: () => {},
    handlers: { job: new Jobs() },
    effect_limit: () => new ConcurrencyLimit(1),
    park: () => {},
    entropy: systemEntropy,
    limits: DEFAULT_LIMITS,
    hold: (address) => {
      const partition = partitionOf(address, PARTITIONS);
      return { partition, epoch: leases.find((lease) => lease.partition === partition)!.epoch };
    },
    evict: (activation) => activations.evict(activation),
    timerSet: () => {},
    onCommit: () => {},
  }, { ledger: { behavior: LEDGER, limits: null, outgoing: false } });
  const ids = () => activations.all().map(({ address }) => address.id);
  return {
    activations,
    clock,
    ids,
    [Symbol.asyncDispose]: async () => {
      await live.close();
      await subject[Symbol.asyncDispose]();
    },
  };
}

Deno.test("Activations.at() gives the same actor for the same address, while it is in memory", async () => {
  await using test = await setUp();
  const { activations } = test;
  const first = activations.at(ledger("a"));
  assert.equal(activations.at(ledger("a")), first);
  assert.notEqual(activations.at({ ...ledger("a"), tenant: "globex" }), first);
  assert.equal(activations.size, 2);
  activations.evict(first);
  assert.notEqual(activations.at(ledger("a")), first);
  // The one that was dropped cannot throw out its successor.
  activations.evict(first);
  assert.equal(activations.size, 2);
});

Deno.test("Activations.at() refuses an actor of a type that does not run here", async () => {
  await using test = await setUp();
  assert.throws(
    () => test.activations.at({ ...ledger("a"), type: "ghost" }),
    (error: SynapseError) =>
      error.code === "invalid_request" && /ghost.*ledger/.test(error.message),
  );
  assert.equal(test.activations.size, 0);
});

Deno.test("Activations.passivate() drops those that were idle for long enough", async () => {
  await using test = await setUp();
  const { activations, clock, ids } = test;
  activations.at(ledger("old"));
  await clock.advance(600);
  activations.at(ledger("young"));
  await clock.advance(400);
  activations.passivate(clock.monotonic(), 1000, 100);
  assert.deepEqual(ids(), ["young"]);
});

Deno.test("Activations.passivate() drops the longest idle ones when there are too many", async () => {
  await using test = await setUp();
  const { activations, clock, ids } = test;
  for (const id of ["a", "b", "c", "d"]) activations.at(ledger(id));
  activations.at(ledger("a"));
  activations.passivate(clock.monotonic(), 1000, 2);
  assert.deepEqual(ids(), ["d", "a"]);
});

Deno.test("Activations.passivate() drops none that has work to do, and the next idle one instead", async () => {
  await using test = await setUp();
  const { activations, clock, ids } = test;
  const busy = activations.at(ledger("busy"));
  activations.at(ledger("idle"));
  activations.at(ledger("latest"));
  busy.wake();
  activations.passivate(clock.monotonic(), 1000, 2);
  assert.deepEqual(ids(), ["busy", "latest"]);
  while (busy.working) await clock.yield();
  assert.ok(busy.idle);
  activations.passivate(clock.monotonic(), 1000, 1);
  assert.deepEqual(ids(), ["latest"]);
});
