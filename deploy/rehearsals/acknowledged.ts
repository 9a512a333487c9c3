/**
 * What a client was told, beside what the journal has.
 *
 * @module
 */

/** A message that was answered with success. */
export interface Acknowledged {
  readonly session: string;
  readonly content: string;
  /** When the answer had come, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Whether all that is demanded was received once, and in that order. What was received besides is well,
 * as long as it came once: a client does not hear of every message that arrived.
 *
 * @returns what is wrong; null if nothing is
 */
export function missingOrdered(
  demanded: readonly string[],
  received: readonly string[],
): string | null {
  const twice = received.find((content, place) => received.indexOf(content) !== place);
  if (twice !== undefined) return `"${twice}" is there twice`;
  let last = -1;
  for (const content of demanded) {
    const place = received.indexOf(content);
    if (place < 0) return `"${content}" was acknowledged and is not there`;
    if (place < last) return `"${content}" is not in its sender's order`;
    last = place;
  }
  return null;
}
