import assert from "node:assert/strict";
import { InvariantBroken } from "../../actors/invariant.ts";
import { GENESIS } from "../journal/hash_chain.ts";
import { type ActorCommit, type CommitOutcome, JournalUnavailable } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { silentMetrics } from "../telemetry/silent.ts";
import { GroupCommit } from "./commit.ts";
import { ledger } from "./ledger_actor.ts";

/** A part of which only the name counts. */
function part(id: string): ActorCommit {
  return {
    address: ledger(id),
    partition: 0,
    epoch: 1,
    expected_seq: 0,
    expected_hash: GENESIS,
    events: [],
    summary: { status: "", label: "", details: null },
    owed: false,
    snapshot: null,
    handled: [],
    sends: [],
    timers: [],
    questions: [],
    dead: [],
    outgoing: false,
    at: 0,
  };
}

interface Transaction {
  readonly ids: readonly string[];
  readonly end: PromiseWithResolvers<readonly CommitOutcome[]>;
}

/** A journal whose transactions end when the test says so. */
class HeldJournal {
  readonly transactions: Transaction[] = [];

  commit = (batch: readonly ActorCommit[]): Promise<readonly CommitOutcome[]> => {
    const end = Promise.withResolvers<readonly CommitOutcome[]>();
    this.transactions.push({ ids: batch.map(({ address }) => address.id), end });
    return end.promise;
  };

  /** Ends the latest transaction well. */
  finish(outcome: CommitOutcome = "committed"): void {
    const { ids, end } = this.transactions.at(-1)!;
    end.resolve(ids.map(() => outcome));
  }

  get batches(): readonly (readonly string[])[] {
    return this.transactions.map(({ ids }) => ids);
  }
}

/** Lets everything run that is ready. */
async function settle(clock: ManualClock): Promise<void> {
  for (let i = 0; i < 3; i++) await clock.yield();
}

function setUp(actors_max = 256) {
  const clock = new ManualClock();
  const journal = new HeldJournal();
  const group = new GroupCommit({ journal, clock, metrics: silentMetrics, actors_max });
  return { clock, journal, group };
}

Deno.test("GroupCommit does not delay a lone commit by any time", async () => {
  const { clock, journal, group } = setUp();
  const done = group.commit(part("a"));
  await settle(clock);
  assert.deepEqual(journal.batches, [["a"]]);
  assert.equal(clock.sleeping, 0);
  journal.finish();
  assert.equal(await done, "committed");
  await group.idle();
});

Deno.test("GroupCommit puts what becomes ready during a transaction into the next one", async () => {
  const { clock, journal, group } = setUp();
  const first = group.commit(part("a"));
  await settle(clock);
  const others = ["b", "c", "d"].map((id) => group.commit(part(id)));
  await settle(clock);
  assert.deepEqual(journal.batches, [["a"]]);
  journal.finish();
  assert.equal(await first, "committed");
  await settle(clock);
  assert.deepEqual(journal.batches, [["a"], ["b", "c", "d"]]);
  journal.finish("conflict");
  assert.deepEqual(await Promise.all(others), ["conflict", "conflict", "conflict"]);
});

Deno.test("GroupCommit puts no more into a transaction than it may, in order", async () => {
  const { clock, journal, group } = setUp(2);
  const all = ["a", "b", "c", "d", "e"].map((id) => group.commit(part(id)));
  for (let i = 0; i < 3; i++) {
    await settle(clock);
    journal.finish();
  }
  await Promise.all(all);
  assert.deepEqual(journal.batches, [["a", "b"], ["c", "d"], ["e"]]);
});

Deno.test("GroupCommit gives each its own outcome", async () => {
  const { clock, journal, group } = setUp();
  const all = ["a", "b", "c"].map((id) => group.commit(part(id)));
  await settle(clock);
  journal.transactions[0]!.end.resolve(["committed", "fenced", "duplicate"]);
  assert.deepEqual(await Promise.all(all), ["committed", "fenced", "duplicate"]);
});

Deno.test("GroupCommit tells all of a transaction that the journal was away, and goes on", async () => {
  const { clock, journal, group } = setUp();
  const all = ["a", "b"].map((id) => group.commit(part(id)));
  await settle(clock);
  journal.transactions[0]!.end.reject(new JournalUnavailable("Away", { rolled_back: true }));
  for (const one of all) await assert.rejects(one, JournalUnavailable);
  const next = group.commit(part("c"));
  await settle(clock);
  journal.finish();
  assert.equal(await next, "committed");
});

Deno.test("GroupCommit finds the part that the journal refuses, and commits the others", async () => {
  const { clock } = setUp();
  const commit = (batch: readonly ActorCommit[]) =>
    batch.some(({ address }) => address.id === "bad")
      ? Promise.reject(new InvariantBroken("Row cannot be written"))
      : Promise.resolve(batch.map((): CommitOutcome => "committed"));
  const group = new GroupCommit({
    journal: { commit },
    clock,
    metrics: silentMetrics,
    actors_max: 9,
  });
  const ends = await Promise.allSettled(["a", "bad", "c"].map((id) => group.commit(part(id))));
  assert.deepEqual(ends.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("GroupCommit forgets no commit that comes as the last one ends", async () => {
  // One for each step that the end of a transaction takes.
  for (let steps = 0; steps < 12; steps++) {
    const { clock, journal, group } = setUp();
    const first = group.commit(part("a"));
    await settle(clock);
    journal.finish();
    for (let i = 0; i < steps; i++) await Promise.resolve();
    const second = group.commit(part("b"));
    await settle(clock);
    assert.deepEqual(journal.batches, [["a"], ["b"]], `${steps} steps after the end`);
    journal.finish();
    assert.deepEqual(await Promise.all([first, second]), ["committed", "committed"]);
  }
});

Deno.test("GroupCommit is idle when nothing waits or is under way", async () => {
  const { clock, journal, group } = setUp();
  await group.idle();
  void group.commit(part("a"));
  let idle = false;
  const waiting = group.idle().then(() => idle = true);
  await settle(clock);
  void group.commit(part("b"));
  journal.finish();
  await settle(clock);
  assert.equal(idle, false);
  journal.finish();
  await waiting;
  assert.equal(journal.transactions.length, 2);
});
