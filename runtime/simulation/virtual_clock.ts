/**
 * The clock of one simulated process: it may be off from the journal's, its sleeps end late now and
 * then, and it stands still with its process.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { SeededRandom } from "./seeded_random.ts";
import type { Owner, Scheduler } from "./scheduler.ts";

/** When every simulation begins, by the journal's clock: milliseconds since the epoch. */
export const EPOCH_MS = 1_700_000_000_000;

/** How late a sleep ends, in milliseconds: at most, most of the time, and at most, now and then. */
const LATE_MS_MAX = 1;
const VERY_LATE_MS_MAX = 40;
const VERY_LATE_CHANCE = 0.01;

/** What a clock is made of. */
export interface VirtualClockOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly owner: Owner;
  /** How far it is ahead of the journal's clock, in milliseconds. */
  readonly skew_ms: number;
  /** Hears of each wait; returns false if the process ends at it. */
  readonly gate: (what: string) => boolean;
}

/** Makes the clock of a process. */
export function createVirtualClock(options: VirtualClockOptions): Clock {
  const { scheduler, random, owner, skew_ms, gate } = options;
  const booted = scheduler.now;
  const lateness = () =>
    random.chance(VERY_LATE_CHANCE)
      ? random.between(0, VERY_LATE_MS_MAX)
      : random.between(0, LATE_MS_MAX);
  return {
    now: () => Math.floor(EPOCH_MS + scheduler.now + skew_ms),
    monotonic: () => scheduler.now - booted,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        if (!gate("sleep")) return;
        const wake = () => {
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        signal?.addEventListener("abort", wake, { once: true });
        scheduler.after(ms + lateness(), owner, wake);
      }),
    yield: () =>
      new Promise((resolve) => {
        if (gate("yield")) scheduler.after(0, owner, resolve);
      }),
  };
}
