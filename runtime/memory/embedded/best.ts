/**
 * The best few of many.
 *
 * @module
 */
import type { Ranked } from "../fusion.ts";

/** Keeps the best `count` of what it is offered; of equals, the ones offered first. */
export class Best {
  readonly #count: number;
  readonly #ranked: Ranked<number>[] = [];
  /** What a score must exceed to get in; an offer that does not may be spared. */
  threshold = -Infinity;

  /** @param count how many to keep, from 1 */
  constructor(count: number) {
    this.#count = count;
  }

  /** Takes a key with its score if that is among the best so far. */
  offer(key: number, score: number): void {
    if (!(score > this.threshold)) return;
    let place = this.#ranked.length;
    while (place > 0 && score > this.#ranked[place - 1]!.score) place--;
    this.#ranked.splice(place, 0, { key, score });
    if (this.#ranked.length > this.#count) this.#ranked.pop();
    if (this.#ranked.length === this.#count) this.threshold = this.#ranked.at(-1)!.score;
  }

  /** The best, best first. */
  get ranked(): readonly Ranked<number>[] {
    return this.#ranked;
  }
}
