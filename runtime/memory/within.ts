/**
 * A deadline for work on memory.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { SynapseError } from "../errors.ts";
import { within as withinTime } from "../within.ts";

/**
 * The result of some work on memory, if it is there in time; see {@link withinTime}.
 *
 * @throws {SynapseError} `memory_unavailable` when it takes longer than `ms` milliseconds, or the signal aborts
 */
export async function within<Result>(
  clock: Pick<Clock, "sleep">,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = () => {
    const why = signal.aborted
      ? "Memory is not asked any more"
      : `Memory took longer than ${ms} ms`;
    return new SynapseError("memory_unavailable", why);
  };
  return await withinTime(clock, { ms, signal, late }, work);
}
