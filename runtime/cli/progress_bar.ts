/**
 * How far something is, as a bar.
 *
 * @module
 */

/** Cells of the bar. */
const CELLS = 30;

/** A bar and a percentage. @param share from 0 to 1 */
export function progressBar(share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  // Full only when all is done.
  const filled = Math.floor(bounded * CELLS);
  const percent = `${Math.floor(bounded * 100)}%`.padStart(4);
  return `[${"#".repeat(filled)}${".".repeat(CELLS - filled)}]${percent}`;
}
