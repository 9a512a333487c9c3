/**
 * A run from a seed, and its verdict.
 *
 * @module
 */
import { checkEffects } from "./check_effects.ts";
import { checkJournal } from "./check_journal.ts";
import { checkOperations } from "./check_operations.ts";
import { checkTimers } from "./check_timers.ts";
import type { Fault } from "./fault.ts";
import type { History } from "./history.ts";
import { World, type WorldOptions } from "./world.ts";

/** What came out of a run. */
export interface Verdict {
  readonly seed: number;
  /** The promises that were broken; none if all held. */
  readonly faults: readonly Fault[];
  /** The last steps. */
  readonly steps: readonly string[];
  /** The hash of all steps: the same seed gives the same one. */
  readonly digest: string;
  readonly history: History;
}

/** Runs a world from its seed, and checks the promises. */
export async function simulate(options: WorldOptions): Promise<Verdict> {
  const world = new World(options);
  const history = await world.run();
  const faults = [
    ...history.noticed,
    ...checkOperations(history),
    ...checkJournal(history),
    ...checkEffects(history),
    ...checkTimers(history),
  ];
  const { seed, digest } = history;
  return { seed, faults, steps: world.trace.steps, digest, history };
}
