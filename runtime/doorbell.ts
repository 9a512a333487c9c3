/**
 * Wakes one loop that waits for something to do.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** A bell with one listener; a ring while nobody waits is not lost. */
export class Doorbell {
  #rung = false;
  #wake: () => void = () => {};

  /** Wakes whoever waits, or the next one who would. */
  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** What rang so far is heard: it does not end the next wait. */
  hear(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring, after `ms` milliseconds, or when the signal aborts. Returns whether it rang. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted) {
      const asleep = new AbortController();
      this.#wake = () => asleep.abort();
      signal.addEventListener("abort", this.#wake, { once: true });
      await clock.sleep(ms, asleep.signal);
      signal.removeEventListener("abort", this.#wake);
      this.#wake = () => {};
    }
    const rang = this.#rung;
    this.#rung = false;
    return rang;
  }
}
