import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { BROKEN_ENGINES } from "./broken_engines.ts";
import { simulate } from "./simulate.ts";

/** The promise that each breaks, and in how many seeds at most that must be noticed. */
const WANTED: Readonly<Record<keyof typeof BROKEN_ENGINES, RegExp>> = {
  acknowledges_before_commit: /^P1 /,
  skips_epoch_check: /^P3 .* was in force$/,
  starts_effect_before_commit: /^P5 .* before the commit that owes it$/,
  forgets_repetitions: /^P2 .* times/,
  releases_before_commits_end: /^P11 .* before its commits end$/,
  ignores_weights: /^defect: .* takes partitions .* with the weight 0$/,
};
const SEEDS_MAX = 60;

for (const [name, breakage] of Object.entries(BROKEN_ENGINES)) {
  const wanted = WANTED[name as keyof typeof BROKEN_ENGINES];
  Deno.test(`simulate() notices an engine that ${name.replaceAll("_", " ")}`, async () => {
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { faults } = await simulate({ seed, settle: systemClock.yield, ...breakage });
      if (faults.some(({ what }) => wanted.test(what))) return;
    }
    assert.fail(`None of ${SEEDS_MAX} seeds breaks ${wanted}`);
  });
}
