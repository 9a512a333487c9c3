import assert from "node:assert/strict";
import type { Effect } from "../../actors/behavior.ts";
import { InvariantBroken } from "../../actors/invariant.ts";
import { ConcurrencyLimit } from "../concurrency_limit.ts";
import { ManualClock } from "../manual_clock.ts";
import type { LiveEntry } from "../streams/port.ts";
import { Effects } from "./effects.ts";
import type { EffectContext } from "./effect_handler.ts";
import { ledger } from "./ledger_actor.ts";

const job = (id: string, policy: Effect["policy"] = "retry"): Effect => ({
  id,
  kind: "job",
  policy,
  input: id,
});

interface Call {
  readonly how: "run" | "settle";
  readonly id: string;
  readonly context: EffectContext;
  readonly end: PromiseWithResolvers<unknown>;
}

/** Effects whose handler ends its calls when the test says so. */
function setUp(max = 10) {
  const calls: Call[] = [];
  const delivered: unknown[] = [];
  const published: LiveEntry[] = [];
  const clock = new ManualClock();
  const handle = (how: Call["how"]) => (effect: Effect, context: EffectContext) => {
    const end = Promise.withResolvers<unknown>();
    calls.push({ how, id: effect.id, context, end });
    return end.promise;
  };
  const limit = new ConcurrencyLimit(max);
  const defects: unknown[] = [];
  const world = { sure: true };
  const effects = new Effects({
    address: ledger("a"),
    handlers: {
      job: {
        run: handle("run"),
        settle: handle("settle"),
        failed: ({ id }, error) => `${id} failed: ${error}`,
      },
    },
    live: {
      publish: (_, entries) => void published.push(...entries),
      watch: () => assert.fail("Nobody watches"),
      closed: false,
      close: () => Promise.resolve(),
    },
    clock,
    limit: () => limit,
    isSure: () => world.sure,
    seq: () => 7,
    deliver: (_, command) => void delivered.push(command),
    onDefect: (error) => void defects.push(error),
  });
  const made = () => calls.map(({ how, id }) => `${how} ${id}`);
  return { effects, calls, made, delivered, published, clock, defects, world };
}

Deno.test("Effects starts what is newly owed, once, until it is owed no more", async () => {
  const { effects, calls, made, delivered, clock } = setUp();
  effects.reconcile([job("1")], false);
  effects.reconcile([job("1"), job("2")], false);
  await clock.yield();
  assert.deepEqual(made(), ["run 1", "run 2"]);
  calls[0]!.end.resolve("done 1");
  await clock.yield();
  assert.deepEqual(delivered, ["done 1"]);
  // E2: its end is not in the journal yet.
  effects.reconcile([job("1"), job("2")], false);
  await clock.yield();
  assert.equal(calls.length, 2);
  assert.equal(effects.size, 2);
  effects.reconcile([job("2")], false);
  assert.equal(effects.size, 1);
  calls[1]!.end.resolve("done 2");
  await effects.stop();
});

Deno.test("Effects settles a `once` effect that it finds, and runs every other one (E3)", async () => {
  const { effects, calls, made, clock } = setUp();
  effects.reconcile([job("found", "once"), job("again", "retry")], true);
  effects.reconcile([job("found", "once"), job("again"), job("new", "once")], false);
  await clock.yield();
  assert.deepEqual(made(), ["settle found", "run again", "run new"]);
  for (const { end } of calls) end.resolve(null);
  await effects.stop();
});

Deno.test("Effects aborts what is no longer owed, and drops its end (E4)", async () => {
  const { effects, calls, delivered, clock } = setUp();
  effects.reconcile([job("1"), job("2")], false);
  await clock.yield();
  effects.reconcile([job("2")], false);
  assert.deepEqual(calls.map(({ context }) => context.signal.aborted), [true, false]);
  calls[0]!.end.resolve("too late");
  calls[1]!.end.resolve("done");
  await clock.yield();
  assert.deepEqual(delivered, ["done"]);
});

Deno.test("Effects never starts one that is no longer owed when its turn comes", async () => {
  const { effects, calls, made, clock } = setUp(1);
  effects.reconcile([job("1"), job("2"), job("3")], false);
  await clock.yield();
  assert.deepEqual(made(), ["run 1"]);
  effects.reconcile([job("1"), job("3")], false);
  calls[0]!.end.resolve("done");
  await clock.yield();
  assert.deepEqual(made(), ["run 1", "run 3"]);
  calls[1]!.end.resolve("done");
  await effects.stop();
});

Deno.test("Effects delivers what `failed` makes of a handler that throws", async () => {
  const { effects, calls, delivered, clock } = setUp();
  effects.reconcile([job("1")], false);
  await clock.yield();
  calls[0]!.end.reject("the dog ate it");
  await clock.yield();
  assert.deepEqual(delivered, ["1 failed: the dog ate it"]);
});

Deno.test("Effects refuses an effect of a kind that nobody handles", () => {
  const { effects } = setUp();
  const other = { ...job("1"), kind: "miracle" };
  assert.throws(() => effects.reconcile([other], false), InvariantBroken);
});

Deno.test("Effects.stop() aborts everything and waits until nothing runs", async () => {
  const { effects, calls, delivered, clock } = setUp();
  effects.reconcile([job("1"), job("2")], false);
  await clock.yield();
  let stopped = false;
  const stopping = effects.stop().then(() => stopped = true);
  assert.ok(calls.every(({ context }) => context.signal.aborted));
  calls[0]!.end.resolve("late");
  await clock.yield();
  assert.equal(stopped, false);
  calls[1]!.end.reject("aborted");
  await stopping;
  assert.deepEqual(delivered, []);
});

Deno.test("Effects numbers the pieces of an answer from 1, and says which comes first", async () => {
  const { effects, calls, published, clock } = setUp();
  effects.reconcile([job("1")], false);
  await clock.yield();
  const { context, end } = calls[0]!;
  context.delta("a");
  context.delta("b");
  context.reset();
  context.delta("c");
  assert.deepEqual(published, [
    { kind: "delta", cursor: { seq: 7, n: 1 }, text: "a", first: true },
    { kind: "delta", cursor: { seq: 7, n: 2 }, text: "b", first: false },
    { kind: "reset", cursor: { seq: 7, n: 3 } },
    { kind: "delta", cursor: { seq: 7, n: 4 }, text: "c", first: true },
  ]);
  effects.reconcile([], false);
  context.delta("nobody owes this");
  assert.equal(published.length, 4);
  end.resolve(null);
  await effects.stop();
});

Deno.test("Effects voids the pieces of an earlier process, with numbers above any of its own", async () => {
  const { effects, calls, published, clock } = setUp();
  effects.reconcile([job("1")], true);
  await clock.yield();
  calls[0]!.context.delta("again");
  assert.deepEqual(published.map(({ kind }) => kind), ["reset", "delta"]);
  assert.ok(published.every(({ cursor }) => cursor.n > 1_000_000));
  assert.ok(Number.isSafeInteger(published[1]!.cursor.n));
  calls[0]!.end.resolve(null);
  await effects.stop();
});

Deno.test("Effects starts nothing while another node may have the actor, and what is still owed later", async () => {
  const { effects, made, clock, world } = setUp();
  world.sure = false;
  effects.reconcile([job("a", "once"), job("b")], false);
  await clock.advance(200);
  assert.deepEqual(made(), []);
  effects.reconcile([job("b")], false);
  world.sure = true;
  await clock.advance(200);
  assert.deepEqual(made(), ["run b"]);
  void effects.stop();
  assert.equal(clock.sleeping, 0);
});

Deno.test("Effects never starts what waited for certainty that did not come", async () => {
  const { effects, made, clock, world } = setUp();
  world.sure = false;
  effects.reconcile([job("a", "once")], false);
  await clock.advance(200);
  await effects.stop();
  world.sure = true;
  await clock.advance(200);
  assert.deepEqual(made(), []);
});
