/**
 * Text within a line of a list, for a model to read.
 *
 * @module
 */

/** Whatever is taken for the end of a line. */
const LINE_END = /\r\n?|[\n\u0085\u2028\u2029]/g;

/** The text with all lines but its first moved in, so that none of them is taken for one of the list. */
export function indented(text: string): string {
  return text.replaceAll(LINE_END, "\n  ");
}
