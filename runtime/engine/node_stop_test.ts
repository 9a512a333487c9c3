import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import type { SynapseError } from "../errors.ts";
import { ManualClock } from "../manual_clock.ts";
import { ledger, type LedgerCommand, note } from "./ledger_actor.ts";
import { Jobs, nodeFolder, startLedgerNode } from "./ledger_node.ts";
import {
  countingSkill,
  scriptedModel,
  sessionAddress,
  startTestNode,
  TEST_AGENT,
} from "./test_node.ts";

const BEGIN: LedgerCommand = { type: "begin", job: "j", policy: "once" };
const isDraining = (error: SynapseError) => error.code === "draining" && error.reaction === "retry";

Deno.test("Node.stop() finishes the commits under way, and answers for them", async () => {
  await using folder = await nodeFolder();
  const limits = { commit_actors: 4 };
  const test = await startLedgerNode({ ...folder, limits });
  const ids = Array.from({ length: 20 }, (_, i) => `l${i}`);
  const sent = ids.map((id) => test.node.submit(ledger(id), note("x")));
  const ends = Promise.allSettled(sent);
  // Some of them are at the journal by now, the others wait.
  for (let i = 0; i < 3; i++) await test.clock.yield();
  await test.during(test.stop());
  await using again = await startLedgerNode(folder);
  let answered = 0;
  for (const [i, end] of (await ends).entries()) {
    const stored = (await again.notes(ids[i]!)).length;
    if (end.status === "rejected") assert.ok(isDraining(end.reason) && stored <= 1);
    else assert.equal(stored, 1);
    if (end.status === "fulfilled") answered += 1;
  }
  assert.ok(answered > 0);
});

Deno.test("Node.stop() takes no command from then on", async () => {
  await using folder = await nodeFolder();
  const test = await startLedgerNode(folder);
  const stopping = test.stop();
  await assert.rejects(test.node.submit(ledger("a"), note("late")), isDraining);
  assert.equal(test.node.trouble(), "the node drains");
  await test.during(stopping);
});

Deno.test("Node.stop() lets effects end that end soon, and journals their ends", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  const jobs = new Jobs(clock, 200);
  const limits = { drain_ms: 400 };
  const test = await startLedgerNode({ ...folder, clock, jobs, limits });
  await test.send("a", BEGIN);
  const start = clock.now();
  await test.during(test.stop());
  assert.ok(clock.now() - start < 400, `Took ${clock.now() - start} ms`);
  await using again = await startLedgerNode(folder);
  assert.deepEqual(await again.notes("a"), ["j: ran"]);
});

Deno.test("Node.stop() does not wait longer than it may for effects that take long", async () => {
  await using folder = await nodeFolder();
  const clock = new ManualClock();
  const jobs = new Jobs(clock, 60_000);
  const limits = { drain_ms: 400 };
  const test = await startLedgerNode({ ...folder, clock, jobs, limits });
  await test.send("a", BEGIN);
  const start = clock.now();
  await test.during(test.stop());
  const took = clock.now() - start;
  assert.ok(took >= 400 && took <= 500, `Took ${took} ms`);
  assert.equal(clock.sleeping, 0);
});

Deno.test("Node.stop() does not wait for an effect that does not heed its signal", async () => {
  await using folder = await nodeFolder();
  const end = Promise.withResolvers<void>();
  class DeafJobs extends Jobs {
    override async run(...args: Parameters<Jobs["run"]>): Promise<LedgerCommand> {
      await end.promise;
      return await super.run(...args);
    }
  }
  const test = await startLedgerNode({ ...folder, jobs: new DeafJobs() });
  await test.send("a", BEGIN);
  const start = test.clock.now();
  await test.during(test.stop());
  assert.ok(test.clock.now() - start <= 200, `Took ${test.clock.now() - start} ms`);
  // What it comes to is dropped: the journal may be another node's by now.
  end.resolve();
  await test.clock.yield();
});

Deno.test("Node.stop() starts no effect that the last commit made owed", async () => {
  await using folder = await nodeFolder();
  const jobs = new Jobs();
  const test = await startLedgerNode({ ...folder, jobs });
  await test.send("a", note("here"));
  const begun = test.node.submit(ledger("a"), BEGIN).then(() => true, isDraining);
  await test.during(test.stop());
  assert.ok(await begun);
  await test.clock.yield();
  assert.deepEqual(jobs.runs, []);
});

Deno.test("Node.stop() is prompt on the machine's clock, with a turn under way and sessions idle", async () => {
  await using folder = await nodeFolder();
  const runs: string[] = [];
  const slow = scriptedModel([]);
  const test = await startTestNode({
    ...folder,
    limits: { drain_ms: 100 },
    handlers: {
      model: {
        ...slow,
        run: async (effect, context) => {
          await systemClock.sleep(30_000, context.signal);
          return await slow.run(effect, context);
        },
      },
      skill: countingSkill(runs),
    },
  });
  const address = sessionAddress("ses_1");
  await test.node.submit(address, { type: "session.create", agent: TEST_AGENT, metadata: {} });
  const message = { type: "message.send", message_id: "m", content: "hi", on_busy: null };
  await test.node.submit(address, message);
  const start = systemClock.monotonic();
  await test.stop();
  const took = systemClock.monotonic() - start;
  assert.ok(took < 400, `Took ${took} ms`);
});
