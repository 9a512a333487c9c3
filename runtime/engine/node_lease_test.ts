import assert from "node:assert/strict";
import { isRejection } from "../../actors/behavior.ts";
import type { Journal } from "../journal/port.ts";
import type { EffectContext, EffectHandler } from "./effect_handler.ts";
import { ledger, type LedgerCommand, note } from "./ledger_actor.ts";
import { Jobs } from "./ledger_node.ts";
import { LeaseWorld } from "./test_lease_world.ts";

const begin = (job: string, policy: "retry" | "once" = "retry"): LedgerCommand => ({
  type: "begin",
  job,
  policy,
});

/** Holds back answers of the journal until the test lets them go. */
class Gate {
  #held: PromiseWithResolvers<void> | null = null;

  close(): void {
    this.#held = Promise.withResolvers();
  }

  open(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  async pass<Result>(work: Promise<Result>): Promise<Result> {
    const result = await work;
    await this.#held?.promise;
    return result;
  }
}

/**
 * Node A has a job under way and asks which effects are owed; before it gets the answer, node B takes
 * the partition over. B ends the job.
 */
async function staleLook(limits = {}) {
  const world = await LeaseWorld.open();
  const gate = new Gate();
  const [jobsA, jobsB] = [new Jobs(world.clock, 600_000), new Jobs(world.clock, 8000)];
  const a = await world.start("A", {
    job: jobsA,
    limits,
    wrap: (journal) => ({ ...journal, owed: (...args) => gate.pass(journal.owed(...args)) }),
  });
  await world.send(a, begin("j"));
  gate.close();
  await world.pass(3100);
  world.owner = "B";
  const b = await world.start("B", { job: jobsB });
  await world.pass(1100);
  gate.open();
  await world.pass(10_000);
  const end = async () => {
    await Promise.all([a.stop(), b.stop(), world.pass(500)]);
    await world[Symbol.asyncDispose]();
  };
  return { world, a, b, jobsA, jobsB, [Symbol.asyncDispose]: end };
}

/** Passes time until a node has the partition, and no longer. */
async function untilOwns(world: LeaseWorld, node: { owns(partition: number): boolean }) {
  world.owner = "A";
  for (let i = 0; i < 400 && !node.owns(0); i++) await world.clock.advance(10);
  assert.ok(node.owns(0));
}

Deno.test("Node wakes no actor of a partition that it lost while it asked for work", async () => {
  await using test = await staleLook();
  assert.equal(test.a.active, 0);
  assert.deepEqual(await test.world.notes(test.b), ["j: ran"]);
});

Deno.test("Node does not run again what another owner finished, when it gets the partition back", async () => {
  await using test = await staleLook();
  await untilOwns(test.world, test.a);
  await test.world.pass(4000);
  assert.deepEqual([test.jobsA.runs, test.jobsB.runs], [["j"], ["j"]]);
});

Deno.test("Node gives no refusal on a state from before it lost the partition", async () => {
  await using test = await staleLook();
  await test.world.send(test.b, begin("k", "once"));
  await untilOwns(test.world, test.a);
  const answer = await test.world.send(test.a, { type: "cancel", job: "k" });
  // A settles the job when it has it; a refusal must come after that.
  const settled = (await test.world.notes(test.a)).includes("k: unknown");
  assert.equal(isRejection(answer), settled, JSON.stringify(answer));
});

Deno.test("Node has a command handled once whose partition it loses during its commit", async () => {
  await using world = await LeaseWorld.open();
  const gate = new Gate();
  const a = await world.start("A", {
    job: new Jobs(),
    wrap: (journal) => ({ ...journal, commit: (batch) => gate.pass(journal.commit(batch)) }),
  });
  gate.close();
  const answer = a.submit(ledger("a"), note("once"));
  await world.pass(50);
  world.owner = "B";
  await world.pass(1200);
  world.owner = "A";
  gate.open();
  await world.pass(5000);
  assert.ok(!isRejection(await answer));
  assert.deepEqual(await world.notes(a), ["once"]);
  await Promise.all([a.stop(), world.pass(500)]);
});

Deno.test("Node commits nothing under another epoch than the one under which it loaded the actor", async () => {
  await using world = await LeaseWorld.open();
  const [asking, taking] = [new Gate(), new Gate()];
  const wrap = (journal: Journal): Journal => ({
    ...journal,
    handled: (...args) => asking.pass(journal.handled(...args)),
    take: async (...args) => {
      await taking.pass(Promise.resolve());
      return await journal.take(...args);
    },
  });
  const a = await world.start("A", { job: new Jobs(), wrap });
  await world.send(a, note("first"));
  asking.close();
  taking.close();
  // The refusal has the actor ask whether it was handled before; the note waits for the same commit.
  const refused = a.submit(ledger("a"), { type: "refuse" }, { id: "k", digest: "d" });
  const noted = a.submit(ledger("a"), note("once"));
  await world.pass(50);
  world.owner = "B";
  await world.pass(1200);
  await untilOwns(world, a);
  asking.open();
  await world.pass(100);
  taking.open();
  await world.pass(5000);
  assert.ok(isRejection(await refused));
  assert.ok(!isRejection(await noted));
  assert.deepEqual(await world.notes(a), ["first", "once"]);
  await Promise.all([a.stop(), world.pass(500)]);
});

Deno.test("Node aborts a `once` effect whose lease is over and cannot be renewed", async () => {
  await using world = await LeaseWorld.open();
  const signals = new Map<string, AbortSignal>();
  const job: EffectHandler = {
    run: ({ id }, { signal }: EffectContext) => {
      signals.set(id, signal);
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    settle: () => new Promise(() => {}),
    failed: () => ({}),
  };
  let cut = false;
  const a = await world.start("A", {
    job,
    wrap: (journal) => ({
      ...journal,
      renew: (...args) => cut ? new Promise(() => {}) : journal.renew(...args),
    }),
  });
  await world.send(a, begin("risky", "once"));
  await world.pass(5000);
  assert.equal(signals.get("risky")?.aborted, false);
  cut = true;
  await world.pass(3000);
  assert.equal(a.owns(0), false);
  assert.equal(signals.get("risky")?.aborted, true);
});

Deno.test("Node keeps an actor that it dropped until its effect has ended, however idle it looks", async () => {
  await using world = await LeaseWorld.open();
  let [runs, most, running] = [0, 0, 0];
  const deaf: EffectHandler = {
    run: async ({ id }) => {
      runs += 1;
      most = Math.max(most, ++running);
      await world.clock.sleep(10_000);
      running -= 1;
      return { type: "end", job: id, text: "ran" };
    },
    settle: () => new Promise(() => {}),
    failed: () => ({}),
  };
  const a = await world.start("A", { job: deaf, limits: { idle_ms: 1000 } });
  await world.send(a, begin("j"));
  world.owner = "B";
  await world.pass(1500);
  world.owner = "A";
  await world.pass(20_000);
  assert.ok(runs >= 2, "it is owed still, and runs again");
  assert.equal(most, 1);
  await Promise.all([a.stop(), world.pass(12_000)]);
});

Deno.test("Node wakes an actor that it dropped during a commit only when that has ended", async () => {
  await using world = await LeaseWorld.open();
  const [renewing, committing] = [new Gate(), new Gate()];
  const jobs = new Jobs(world.clock, 600_000);
  const a = await world.start("A", {
    job: jobs,
    wrap: (journal) => ({
      ...journal,
      renew: (...args) => renewing.pass(journal.renew(...args)),
      commit: async (batch) => {
        await committing.pass(Promise.resolve());
        return await journal.commit(batch);
      },
    }),
  });
  await world.send(a, begin("j"));
  await world.send(a, begin("risky", "once"));
  committing.close();
  const cancelled = a.submit(ledger("a"), { type: "cancel", job: "j" });
  renewing.close();
  await world.pass(3000);
  // It has its lease again, under the same epoch: a commit begun before still counts.
  renewing.open();
  await world.pass(3000);
  committing.open();
  await world.pass(5000);
  assert.ok(!isRejection(await cancelled));
  assert.deepEqual(jobs.runs, ["j", "risky"]);
  await Promise.all([a.stop(), world.pass(500)]);
});
