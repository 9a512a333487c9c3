/**
 * Turns due timers into commands. The journal's clock decides what is due; this only decides when to
 * look: when the next one is due, when one is set that is due sooner, and now and then in any case.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { DueTimer, TimerStore } from "../journal/port.ts";

/** Timers taken at a time. */
const PAGE = 100;

/** The longest time between two looks, in milliseconds. */
const LOOK_MS_MAX = 60_000;

/** What the timers need. */
export interface TimersOptions {
  readonly store: TimerStore;
  readonly clock: Clock;
  /** The partitions that this node holds. */
  readonly partitions: () => readonly number[];
  /** Takes a timer that is due. It may come again until a commit has cleared it. */
  readonly fire: (timer: DueTimer) => void;
  /** Hears of what goes wrong. */
  readonly onError: (error: unknown) => void;
}

/** The timers of one node. */
export class Timers {
  readonly #options: TimersOptions;
  #next = Infinity;
  #sleep = new AbortController();

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** Hears that a timer was set for that time. */
  noticed(at: number): void {
    if (at < this.#next) this.#sleep.abort();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#options;
    while (!signal.aborted) {
      this.#sleep = new AbortController();
      const wait = await this.#look().catch((error) => {
        onError(error);
        return 1000;
      });
      this.#next = clock.now() + wait;
      if (wait > 0) await clock.sleep(wait, AbortSignal.any([signal, this.#sleep.signal]));
    }
  }

  /** Fires what is due. Returns how long to wait, in milliseconds. */
  async #look(): Promise<number> {
    const { store, partitions, fire } = this.#options;
    // Until the look is over, every timer that is set may be due before the next one.
    this.#next = Infinity;
    const due = await store.dueTimers(partitions(), PAGE);
    for (const timer of due) fire(timer);
    // They stay due until their commits: look again soon, not at once.
    if (due.length > 0) return due.length === PAGE ? 1 : 50;
    return Math.min(await store.nextTimerIn(partitions()) ?? LOOK_MS_MAX, LOOK_MS_MAX);
  }
}
