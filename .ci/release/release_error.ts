/**
 * What goes wrong with a release.
 *
 * @module
 */

/** A file cannot be made, or is not what it should be. A stack would not help. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}
