/**
 * How long files and functions may be, and the ratchet: the ones that are longer, with the reason.
 * An entry may shrink and must go when it is no longer needed; it never grows.
 *
 * @module
 */

/** Lines of a file of code. Past it, it wants to be two. */
export const FILE_LINES_MAX = 300;

/** Lines of a function, without those of functions inside it. */
export const FUNCTION_LINES_MAX = 70;

/** Leave to be longer. */
export interface Allowance {
  /** Not more lines than this. */
  readonly lines: number;
  /** Why it is better long than cut. */
  readonly reason: string;
}

/** Allowances by `path` for a file and by `path#name` for a function. */
export type Ratchet = Readonly<Record<string, Allowance>>;

/** The allowances in force. */
export const RATCHET: Ratchet = {};
