import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { describe } from "./report.ts";
import { simulate } from "./simulate.ts";

const run = (seed: number) => simulate({ seed, settle: systemClock.yield });

/** Seeds that every change passes; `deno task simulate` runs more. */
const SEEDS = 40;

Deno.test("simulate() replays a seed step by step, and differs for another", async () => {
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  assert.equal(first.digest, again.digest);
  assert.deepEqual(first.steps, again.steps);
  assert.notEqual(first.digest, other.digest);
});

/** What the seeds together must have met, or they prove little. */
const WANTED = [
  ...["committed", "fenced", "duplicate"],
  ...["done", "refused", "poisoned", "unknown"],
  ...[
    "dies at",
    "stands still",
    "is told to stop",
    "done late",
    "Redis is away",
    "journal is away",
  ],
  ...["starts with the weight 0", "starts with the weight 3"],
  ...["its id is another's", "is told to stop", "settles effect", "lost to another node"],
];

Deno.test(`simulate() finds every promise kept in seeds 1 to ${SEEDS}, through all faults`, async () => {
  const missing = new Set(WANTED);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const verdict = await run(seed);
    assert.ok(verdict.faults.length === 0, describe(verdict));
    const { journal, operations } = verdict.history;
    for (const { outcome } of journal.commits) missing.delete(outcome);
    for (const { known } of operations) missing.delete(known);
    for (const sign of missing) {
      if (verdict.steps.some((step) => step.includes(sign))) missing.delete(sign);
    }
  }
  assert.deepEqual([...missing], []);
});
