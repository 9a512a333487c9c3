/**
 * A promise that was broken.
 *
 * @module
 */

/** A promise that was broken. */
export interface Fault {
  /** Which one and how, as in `P4 effect …`. */
  readonly what: string;
  /** When, in simulated milliseconds; null if that cannot be said. */
  readonly at: number | null;
  /** What it is about: the steps that name one of these belong to it. */
  readonly about: readonly string[];
}

/** Says that a promise was broken. */
export function broken(what: string, at: number | null, ...about: readonly string[]): Fault {
  return { what, at, about };
}
