/**
 * Text that stays on its line: whoever can have something logged must not be able to write lines of
 * their own into the log, or to steer the terminal that shows it.
 *
 * @module
 */

/** Characters that end a line, steer a terminal, or turn the direction of the text after them. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Names for those that everybody knows. */
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The text with its control characters written out, as in `\n` and `\u001b`.
 *
 * @param kept characters that are left as they are
 */
export function visible(text: string, kept = ""): string {
  return text.replace(CONTROL, (char) => kept.includes(char) ? char : written(char));
}

function written(char: string): string {
  return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
