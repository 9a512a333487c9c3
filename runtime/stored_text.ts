/**
 * The form in which text from outside is stored. Postgres holds no U+0000 in text, from SQLite it is
 * read only up to there, and half of a surrogate pair has no UTF-8; ids and messages from outside may
 * have either. They are written as an escape character and four digits. Columns with JSON need none
 * of it: JSON escapes both by itself.
 *
 * @module
 */

/** U+001A, "substitute": as good as never in a text, and escaped itself. */
const ESCAPE = "\u001a";

// deno-lint-ignore no-control-regex -- control characters are what it is about
const ESCAPED = /[\u0000\u001a]|\p{Surrogate}/gu;
// deno-lint-ignore no-control-regex -- as above
const ESCAPES = /\u001a([0-9a-f]{4})/g;

/** Any text as a database can hold it: nearly always the text itself. */
export function storedText(text: string): string {
  if (!text.includes("\0") && !text.includes(ESCAPE) && text.isWellFormed()) return text;
  return text.replace(
    ESCAPED,
    (unit) => ESCAPE + unit.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** The text that {@link storedText} was given. */
export function restoredText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored;
  return stored.replace(ESCAPES, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}
