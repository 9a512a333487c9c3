/**
 * A clock for tests: time passes only when the test says so.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "./clock.ts";

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock moved by hand. */
export class ManualClock implements Clock {
  #now: number;
  #elapsed = 0;
  #sleepers: Sleeper[] = [];

  /** @param now where it starts: milliseconds since the epoch */
  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  /** How many sleeps are under way. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper: Sleeper = { at: this.#elapsed + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  yield(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /**
   * Lets `ms` milliseconds pass. Whoever sleeps wakes at its own time, in order, and what it does
   * then (sleep again, say) is done before time goes on.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.yield();
    for (let next = this.#due(end); next !== null; next = this.#due(end)) {
      this.#move(next.at);
      next.wake();
      await this.yield();
    }
    this.#move(end);
  }

  /** The sleeper to wake first, if it is due by `end`; of equals, the one who slept first. */
  #due(end: number): Sleeper | null {
    let first: Sleeper | null = null;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= end && (first === null || sleeper.at < first.at)) first = sleeper;
    }
    return first;
  }

  #move(elapsed: number): void {
    this.#now += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}
