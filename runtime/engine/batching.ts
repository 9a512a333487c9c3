/**
 * Many small writes as few large ones. While one is under way, everything that becomes ready queues
 * for the next; no timer delays a lone one.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { JournalUnavailable } from "../journal/port.ts";

/** What batching needs. */
export interface BatchingOptions<Item, Outcome> {
  readonly clock: Pick<Clock, "yield">;
  /** Items in one write. */
  readonly items_max: number;
  /** Writes a batch; the outcomes are in the order of the items. */
  readonly write: (items: readonly Item[]) => Promise<readonly Outcome[]>;
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers items into batches, in the order in which they came. */
export class Batching<Item, Outcome> {
  readonly #options: BatchingOptions<Item, Outcome>;
  #queue: Waiting<Item, Outcome>[] = [];
  #running: Promise<void> | null = null;

  constructor(options: BatchingOptions<Item, Outcome>) {
    this.#options = options;
  }

  /**
   * Writes one item together with others.
   *
   * @throws {JournalUnavailable} if the batch failed
   * @throws what the store says of this item, if it cannot be written at all
   */
  add(item: Item): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when nothing waits or is under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    const { clock, items_max } = this.#options;
    while (this.#queue.length > 0) {
      // Whatever is ready at this moment joins this batch.
      await clock.yield();
      const batch = this.#queue.slice(0, items_max);
      this.#queue = this.#queue.slice(batch.length);
      await this.#write(batch);
    }
    // In the same breath as the last look at the queue: what comes later starts anew.
    this.#running = null;
  }

  async #write(batch: readonly Waiting<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#options.write(batch.map(({ item }) => item));
      for (const [i, { resolve }] of batch.entries()) resolve(outcomes[i] as Outcome);
    } catch (error) {
      if (batch.length === 1 || error instanceof JournalUnavailable) {
        for (const { reject } of batch) reject(error);
      } else {
        // What the store refuses of one must not take the others along.
        for (const waiting of batch) await this.#write([waiting]);
      }
    }
  }
}
