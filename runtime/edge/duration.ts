/**
 * Durations as people write them in a query.
 *
 * @module
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Milliseconds of `500ms`, `30s`, `2m`, `1h` or plain seconds. The text has been checked by its schema.
 *
 * @returns whole milliseconds, rounded up
 */
export function parseDuration(text: string): number {
  const [unit = "s"] = /[a-z]+$/.exec(text) ?? [];
  return Math.ceil(Number.parseFloat(text) * (UNIT_MS[unit] ?? 1000));
}
