/**
 * A deadline for what has none of its own.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { SynapseError } from "../errors.ts";

/**
 * The result of some work on memory, if it is there in time. Work that is given up is told by its
 * signal, so that nothing of it lands after what is done next; how it ends is nobody's business then.
 *
 * @throws {SynapseError} `memory_unavailable` when it takes longer than `ms` milliseconds, or the signal aborts
 */
export async function within<Result>(
  clock: Pick<Clock, "sleep">,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const late = clock.sleep(ms, ended).then((): never => {
    const why = signal.aborted
      ? "Memory is not asked any more"
      : `Memory took longer than ${ms} ms`;
    throw new SynapseError("memory_unavailable", why);
  });
  // When the work is first, the sleep ends too, and throws for nobody.
  late.catch(() => {});
  const result = work(ended);
  result.catch(() => {});
  return await Promise.race([result, late]).finally(() => over.abort());
}
