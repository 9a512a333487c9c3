/**
 * Waiting for what other processes do.
 *
 * @module
 */

/** Between two looks, in milliseconds. */
const POLL_MS = 10;

/** Waits for a condition; resolves to false when it does not come true in so many milliseconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  msMax: number,
): Promise<boolean> {
  const end = performance.now() + msMax;
  while (!await condition()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
