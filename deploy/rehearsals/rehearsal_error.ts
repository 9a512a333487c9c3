/**
 * What goes wrong in a rehearsal.
 *
 * @module
 */

/** Something is not as it has to be, or cannot be tried here. The message says what; a stack would not help. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
}

/** @throws {RehearsalError} with those words unless the condition holds */
export function require(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new RehearsalError(otherwise);
}
