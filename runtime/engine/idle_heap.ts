/**
 * Gives memory back after many actors have left it.
 *
 * V8 collects while a program allocates, and twice more in the seconds after. Idle actors leave later
 * than that (`limits.idle_ms`), and a node that rests allocates so little that nothing makes V8 look
 * again: what they held would stay resident until the next load. After a collection V8 by itself gives
 * the empty pages back, within some ten seconds.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Heap } from "../heap.ts";

/** How often the actors are counted, in milliseconds. */
const LOOK_MS = 5000;

/** Actors that must have left for a collection to be worth it; some 6 MiB. */
export const LEFT_MIN = 1000;

/** The share of the actors that must have left: what stays is what a collection has to walk. */
const LEFT_SHARE = 0.5;

/** What giving memory back needs. */
export interface IdleHeapOptions {
  readonly heap: Heap;
  readonly clock: Clock;
  /** Says how many actors are in memory. */
  readonly node: { readonly active: number };
}

/** Collects each time that many actors have left and no more leave, until the signal aborts. */
export async function keepHeapLow(
  { heap, clock, node }: IdleHeapOptions,
  signal: AbortSignal,
): Promise<void> {
  let most = 0;
  let last = 0;
  while (!signal.aborted) {
    const now = node.active;
    most = Math.max(most, now);
    if (now >= last && most - now >= Math.max(LEFT_MIN, most * LEFT_SHARE)) {
      heap.collect();
      most = now;
    }
    last = now;
    await clock.sleep(LOOK_MS, signal);
  }
}
