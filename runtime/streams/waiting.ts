/**
 * How much may wait for one watcher, whatever carries it.
 *
 * @module
 */
import type { LiveEntry } from "./port.ts";

/** Characters that may wait for one watcher; with more, unless it is one publication, it is ended. */
export const WAITING_CHARS_MAX = 4_194_304;

/** How many characters an entry counts. */
export function charsOf(entry: LiveEntry): number {
  if (entry.kind === "reset") return 0;
  return entry.kind === "delta" ? entry.text.length : JSON.stringify(entry.event.payload).length;
}
