/**
 * Which Idempotency-Key goes with what a person does: the same one until it is done, however often it
 * has to be sent; another one for anything else.
 *
 * @module
 */

/** An action that was begun and is not known to be done. */
export interface OpenAction {
  /** What is to be done: where, and with which body. */
  readonly what: string;
  readonly key: string;
}

/**
 * The action to go on with.
 *
 * @param open what was begun last, if it is not known to be done
 */
export function continueAction(
  open: OpenAction | null,
  what: string,
  newKey: () => string,
): OpenAction {
  return open?.what === what ? open : { what, key: newKey() };
}
