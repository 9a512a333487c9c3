/**
 * What happened in a run, step by step: the last steps for people, and a hash of all of them by which
 * two runs are compared.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Steps kept for people. */
const STEPS_MAX = 4000;

/** The trace of one run. */
export class Trace {
  readonly #now: () => number;
  readonly #hash = createHash("sha256");
  #steps: string[] = [];

  /** @param now simulated milliseconds since the start */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a step of somebody. */
  note(who: string, what: string): void {
    const step = `${this.#now().toFixed(3).padStart(10)} ${who.padEnd(6)} ${what}`;
    this.#hash.update(step).update("\n");
    this.#steps.push(step);
    if (this.#steps.length > 2 * STEPS_MAX) this.#steps = this.#steps.slice(-STEPS_MAX);
  }

  /** The last steps. */
  get steps(): readonly string[] {
    return this.#steps.slice(-STEPS_MAX);
  }

  /** The hash of all steps so far. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}
