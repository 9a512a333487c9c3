/**
 * Turns due timers into commands. The journal's clock decides what is due; this only decides when to
 * look: when the next one is due or one that stands is to be fired again, when one is set that is due
 * sooner, and now and then in any case.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { Doorbell } from "../doorbell.ts";
import type { DueTimer, TimerStore } from "../journal/port.ts";
import { addressKey } from "./placement.ts";

/** Timers taken at a time. */
const PAGE = 100;

/** The longest time between two looks, in milliseconds. */
const LOOK_MS_MAX = 60_000;

/** How long a timer that was fired may take to its commit before it is fired again; doubles each time. */
const STANDING_MS = 50;

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
  /** Fired, and still due: when each is fired again, in milliseconds since the epoch. */
  #standing = new Map<string, { readonly at: number; readonly wait: number }>();
  #next = Infinity;
  readonly #bell = new Doorbell();

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** Hears that a timer was set for that time. */
  noticed(at: number): void {
    if (at < this.#next) this.#bell.ring();
  }

  /** Works until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#options;
    while (!signal.aborted) {
      this.#bell.hear();
      const wait = await this.#look().catch((error) => {
        onError(error);
        return 1000;
      });
      this.#next = clock.now() + wait;
      if (wait > 0) await this.#bell.wait(clock, wait, signal);
    }
  }

  /** Fires what is due. Returns how long to wait, in milliseconds. */
  async #look(): Promise<number> {
    const { store, partitions, fire } = this.#options;
    // Until the look is over, every timer that is set may be due before the next one.
    this.#next = Infinity;
    // Those that stand do not count: an actor that cannot take its timer keeps no other from its own.
    const limit = PAGE + this.#standing.size;
    const due = await store.dueTimers(partitions(), limit);
    const fresh = this.#ready(due);
    for (const timer of fresh) fire(timer);
    if (due.length === limit) return 1;
    // All that is set for a time up to this one has been seen, and is waited for as it stands.
    const next = await store.nextTimerIn(partitions(), due.at(-1)?.at) ?? LOOK_MS_MAX;
    return Math.min(next, this.#standingIn(), LOOK_MS_MAX);
  }

  /** In how many milliseconds the first of those that stand is to be fired again. */
  #standingIn(): number {
    const first = this.#standing.values().reduce((first, { at }) => Math.min(first, at), Infinity);
    return Math.max(0, first - this.#options.clock.now());
  }

  /** Those to fire now: not seen before, or fired long ago. Forgets the ones that are not due any more. */
  #ready(due: readonly DueTimer[]): DueTimer[] {
    const now = this.#options.clock.now();
    const before = this.#standing;
    this.#standing = new Map();
    return due.filter((timer) => {
      const key = `${addressKey(timer.address)}/${timer.name}/${timer.at}`;
      const known = before.get(key);
      const ready = !known || known.at <= now;
      const wait = Math.min(known ? known.wait * 2 : STANDING_MS, LOOK_MS_MAX);
      this.#standing.set(key, ready || !known ? { at: now + wait, wait } : known);
      return ready;
    });
  }
}
