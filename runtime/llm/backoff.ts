/**
 * How long to wait before another try.
 *
 * @module
 */

/** The shape of the waits. */
export interface BackoffSettings {
  /** The first wait is at most this many milliseconds; each further one at most twice the last. */
  readonly base_ms: number;
  /** No wait of our own choosing is longer, in milliseconds. */
  readonly max_ms: number;
}

/** The longest wait that a provider can ask for: one minute. A longer wish is cut to it. */
export const RETRY_AFTER_MS_MAX = 60_000;

/**
 * The wait before another try, in milliseconds: anywhere between nothing and the doubling bound
 * ("full jitter"), so that many callers do not come back together. A provider's own wish is a floor.
 *
 * @param tries how many tries failed so far, from 1
 * @param random a number in [0, 1)
 * @param retryAfterMs what the provider asks for, if it does
 */
export function backoffMs(
  settings: BackoffSettings,
  { tries, random, retryAfterMs = 0 }: { tries: number; random: number; retryAfterMs?: number },
): number {
  const bound = Math.min(settings.max_ms, settings.base_ms * 2 ** (tries - 1));
  return Math.round(Math.min(retryAfterMs, RETRY_AFTER_MS_MAX) + random * bound);
}
