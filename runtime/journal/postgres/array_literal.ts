/**
 * Arrays as Postgres reads them.
 *
 * @module
 */

/** What an element may be. */
export type Element = string | number | boolean | null;

/** An array literal (postgresql.org/docs/current/arrays.html#ARRAYS-INPUT). Its type is the statement's to say. */
export function arrayLiteral(elements: readonly Element[]): string {
  return `{${elements.map(toText).join(",")}}`;
}

function toText(element: Element): string {
  if (typeof element !== "string") return String(element);
  if (!element.includes('"') && !element.includes("\\")) return `"${element}"`;
  return `"${element.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
