/**
 * The port to time. Nothing else in the runtime reads a clock or sets a timer, so a simulation can
 * own both.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { sleepOnce } from "./timer.ts";

/** Time as the runtime sees it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from some fixed point, for durations; never goes backwards. */
  monotonic(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when the signal aborts (it never rejects: callers
   * look at the signal).
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves after everything that is ready now has run. No time passes. */
  yield(): Promise<void>;
}

/** The longest delay one timer can hold (2^31 - 1 ms); longer sleeps are made of several. */
const TIMER_MS_MAX = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    for (let left = ms; left > 0 && !signal?.aborted; left -= TIMER_MS_MAX) {
      await sleepOnce(Math.min(left, TIMER_MS_MAX), signal);
    }
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};
