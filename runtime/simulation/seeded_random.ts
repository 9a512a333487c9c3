/**
 * All chance of a run comes from one seed. Each part draws from a stream of its own, so that one more
 * draw here does not change what happens there.
 *
 * @module
 */
import { createEntropy, type Entropy } from "../entropy.ts";

/** FNV-1a, 32 bits: makes a stream's seed from its name. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** A stream of chance. */
export class SeededRandom {
  readonly #seed: number;
  #state: number;

  /** @param seed any integer: the same one gives the same stream */
  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  /** A stream of that name, independent of this one and of how far it was drawn from. */
  fork(name: string): SeededRandom {
    let hash = FNV_OFFSET ^ this.#seed;
    for (const char of new TextEncoder().encode(name)) hash = Math.imul(hash ^ char, FNV_PRIME);
    return new SeededRandom(hash);
  }

  /** A number in [0, 1): mulberry32 (T. Ettinger, public domain). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whether something of that probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** One of those. */
  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    return items[this.integer(0, items.length - 1)]!;
  }

  /** This stream as the port that the engine knows. */
  entropy(now: () => number): Entropy {
    return createEntropy(now, (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(this.next() * 256);
    });
  }
}
