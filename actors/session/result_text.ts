/**
 * Results as the model reads them.
 *
 * @module
 */
import type { Json } from "../behavior.ts";

/** A JSON value as text: a string as it is, anything else as JSON. */
export function resultText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The first `chars` characters of a result, saying how much was cut; never half a surrogate pair. */
export function shownResult(output: Json, chars: number): string {
  const text = resultText(output);
  if (text.length <= chars) return text;
  const high = text.charCodeAt(chars - 1);
  const end = high >= 0xd800 && high <= 0xdbff ? chars - 1 : chars;
  return `${text.slice(0, end)}\n[cut: ${text.length - end} more characters]`;
}
