/**
 * Runs seeds in a thread of its own, one after the other.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { BROKEN_ENGINES } from "./broken_engines.ts";
import { simulate, type Verdict } from "./simulate.ts";

/** What a worker is asked. */
export interface Task {
  readonly seed: number;
  /** Which engine that is broken on purpose; null for the real one. */
  readonly broken: keyof typeof BROKEN_ENGINES | null;
}

/** What it answers. */
export type WorkerResult = Pick<Verdict, "seed" | "faults" | "steps" | "digest">;

/** The part of a worker's global scope that is needed here. */
interface Scope {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(result: WorkerResult): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data: { seed, broken } }) => {
  const breakage = broken === null ? {} : BROKEN_ENGINES[broken];
  const verdict = await simulate({ seed, settle: systemClock.yield, ...breakage });
  const { faults, digest } = verdict;
  // Steps are for people, and many: they are sent only of a run that is told of.
  scope.postMessage({ seed, faults, digest, steps: faults.length > 0 ? verdict.steps : [] });
};
