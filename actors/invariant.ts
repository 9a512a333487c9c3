/**
 * An assertion that stays on in production: a broken invariant is a defect in this program, and
 * going on would spread it.
 *
 * @module
 */

/** A defect: something that cannot be was. */
export class InvariantBroken extends Error {
  /** The name of the class. */
  override readonly name = "InvariantBroken";
}

/**
 * Throws unless `holds`.
 *
 * @param holds what must be true
 * @param what the invariant in words, with its number if its file numbers them
 * @throws {InvariantBroken} if it does not hold
 */
export function invariant(holds: unknown, what: string): asserts holds {
  if (!holds) throw new InvariantBroken(`Invariant broken: ${what}`);
}
