/**
 * What goes wrong with services.
 *
 * @module
 */

/** A service cannot be had. The message says what to do about it; a stack would not help. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
}
