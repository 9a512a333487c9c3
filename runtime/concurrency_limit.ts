/**
 * Lets so many go at once; the others wait in line.
 *
 * @module
 */

/** A place among those that go. Dispose of it to let the next one go. */
export type Slot = Disposable;

interface Waiter {
  readonly admit: (slot: Slot) => void;
}

/** A fair limit on how many do something at the same time. */
export class ConcurrencyLimit {
  #free: number;
  readonly #waiters = new Set<Waiter>();

  /** @param max how many may go at once, from 1 */
  constructor(max: number) {
    this.#free = max;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Waits in line for a slot; null when the signal aborts first. */
  acquire(signal: AbortSignal): Promise<Slot | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(this.#slot());
    }
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiters.delete(waiter);
        resolve(null);
      };
      const waiter: Waiter = {
        admit: (slot) => {
          signal.removeEventListener("abort", leave);
          resolve(slot);
        },
      };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #slot(): Slot {
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#release();
        held = false;
      },
    };
  }

  /** Hands the place straight to the first in line, so that nobody can slip in between. */
  #release(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiters.delete(next);
    next.admit(this.#slot());
  }
}
