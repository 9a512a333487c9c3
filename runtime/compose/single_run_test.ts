import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { runWhereOwned } from "./single_run.ts";

Deno.test("runWhereOwned() works while this node has the partition, and again when it has it again", async () => {
  const clock = new ManualClock();
  const log: string[] = [];
  let owned = false;
  const stopped = new AbortController();
  const running = runWhereOwned({
    clock,
    owns: (partition) => partition === 0 && owned,
    work: async (signal) => {
      log.push("begins");
      await clock.sleep(1_000_000, signal);
      log.push("ends");
    },
  }, stopped.signal);
  await clock.advance(1000);
  assert.deepEqual(log, []);
  owned = true;
  await clock.advance(1000);
  assert.deepEqual(log, ["begins"]);
  owned = false;
  await clock.advance(1000);
  assert.deepEqual(log, ["begins", "ends"]);
  owned = true;
  await clock.advance(1000);
  stopped.abort();
  await running;
  assert.deepEqual(log, ["begins", "ends", "begins", "ends"]);
  assert.equal(clock.sleeping, 0);
});
