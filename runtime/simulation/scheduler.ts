/**
 * The one queue that drives a simulated world. Whatever takes time is an event in it; time jumps to
 * the next event only when all that is ready has run, so a run does not depend on the machine.
 *
 * @module
 */
import type { SeededRandom } from "./seeded_random.ts";

/** Whose event it is: a process that ended has none any more, one that is frozen has them later. */
export interface Owner {
  readonly alive: boolean;
  /** Until when it stands still, in simulated milliseconds. */
  readonly frozen_until: number;
}

interface Event {
  at: number;
  /** Breaks ties, by the seed. */
  readonly tie: number;
  readonly order: number;
  readonly owner: Owner | null;
  readonly run: () => void;
}

/** The queue, and the time. */
export class Scheduler {
  readonly #random: SeededRandom;
  readonly #settle: () => Promise<void>;
  /** A binary heap, the next event first. */
  readonly #heap: Event[] = [];
  #order = 0;
  #now = 0;

  /**
   * @param random breaks ties between events of one moment
   * @param settle resolves when everything that is ready has run (`Clock.yield` of the machine)
   */
  constructor(random: SeededRandom, settle: () => Promise<void>) {
    this.#random = random;
    this.#settle = settle;
  }

  /** Simulated milliseconds since the start, with fractions. */
  get now(): number {
    return this.#now;
  }

  /** How many events were put into the queue so far. */
  get scheduled(): number {
    return this.#order;
  }

  /** Has `run` called after `ms` milliseconds, unless its owner has ended by then. */
  after(ms: number, owner: Owner | null, run: () => void): void {
    const event = {
      at: this.#now + ms,
      tie: this.#random.next(),
      order: this.#order++,
      owner,
      run,
    };
    this.#push(event);
  }

  /** Resolves after `ms` milliseconds. Nobody's: no crash ends it. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, null, resolve));
  }

  /** Lets time pass until `done`, or until that time, or until nothing is left to happen. */
  async run(done: () => boolean, until_ms: number): Promise<void> {
    await this.#settle();
    while (!done()) {
      const event = this.#heap[0];
      if (!event || event.at > until_ms) return;
      this.#pop();
      this.#now = Math.max(this.#now, event.at);
      const { owner } = event;
      if (owner && !owner.alive) continue;
      if (owner && owner.frozen_until > this.#now) {
        event.at = owner.frozen_until;
        this.#push(event);
        continue;
      }
      event.run();
      await this.#settle();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return (a.at - b.at || a.tie - b.tie || a.order - b.order) < 0;
}
