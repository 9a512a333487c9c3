/**
 * Work that one node of all does at a time: the one that has partition 0.
 *
 * @module
 */
import type { Clock } from "../clock.ts";

/** How often it is looked who has the partition, in milliseconds. */
const LOOK_MS = 200;

/** The partition whose owner does it. */
const PARTITION = 0;

/** What it needs. */
export interface SingleRunOptions {
  readonly clock: Clock;
  /** Whether this node works on a partition, and it is certain that no other does. */
  readonly owns: (partition: number) => boolean;
  /** Does the work until the signal aborts. Never rejects. */
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/** Does the work whenever this node has the partition, until the signal aborts. */
export async function runWhereOwned(
  { clock, owns, work }: SingleRunOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (owns(PARTITION)) {
      const lost = new AbortController();
      const ending = AbortSignal.any([signal, lost.signal]);
      const working = work(ending);
      while (!signal.aborted && owns(PARTITION)) await clock.sleep(LOOK_MS, signal);
      lost.abort();
      await working;
    } else {
      await clock.sleep(LOOK_MS, signal);
    }
  }
}
