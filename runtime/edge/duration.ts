/**
 * Durations as people write them in a query.
 *
 * @module
 */

const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/**
 * Milliseconds of `500ms`, `30s`, `2m` or plain seconds. The text has been checked by its schema.
 *
 * @returns whole milliseconds, rounded up
 */
export function parseDuration(text: string): number {
  const unit = text.endsWith("ms") ? "ms" : text.endsWith("m") ? "m" : "s";
  return Math.ceil(Number.parseFloat(text) * UNIT_MS[unit]);
}
