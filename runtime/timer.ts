/**
 * One timer that a signal ends. It needs nothing but what browsers have too.
 *
 * @module
 */

/**
 * Resolves after `ms` milliseconds, or at once when the signal aborts.
 *
 * @param ms at most 2^31 - 1
 */
export function sleepOnce(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}
