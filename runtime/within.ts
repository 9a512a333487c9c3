/**
 * A deadline for what has none of its own.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/**
 * The result of some work, if it is there in time. Work that is given up is told by its signal, so that
 * nothing of it lands after what is done next; how it ends is nobody's business then.
 *
 * @param late what is thrown when it takes longer than `ms` milliseconds, or the signal aborts
 */
export async function within<Result>(
  clock: Pick<Clock, "sleep">,
  { ms, signal, late }: {
    readonly ms: number;
    readonly signal: AbortSignal;
    readonly late: () => Error;
  },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const timeUp = clock.sleep(ms, ended).then((): never => {
    throw late();
  });
  // When the work is first, the sleep ends too, and throws for nobody.
  timeUp.catch(() => {});
  const result = work(ended);
  result.catch(() => {});
  return await Promise.race([result, timeUp]).finally(() => over.abort());
}
