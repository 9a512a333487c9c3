/**
 * Colours, and the characters that may reach a terminal.
 *
 * @module
 */

/** Marks up text, or leaves it as it is when colours are off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Makes a style; without colours every function returns its argument. */
export function createStyle(colours: boolean): Style {
  const paint = (open: number, close: number) => (text: string) =>
    colours ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

// deno-lint-ignore no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Text of models, skills and users without the characters that steer a terminal: it may move no
 * cursor, change no title and paint over nothing. Line breaks and tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, "");
}

/** The start of a text on one line, cut to `width` characters. */
export function oneLine(text: string, width: number): string {
  const line = printable(text).replace(/\s+/g, " ").trim();
  const characters = [...line];
  return characters.length <= width ? line : characters.slice(0, width - 1).join("") + "…";
}
