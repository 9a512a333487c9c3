/**
 * Whether a text can be a key at all. Pure.
 *
 * @module
 */

/** What keys are not made of: a node takes visible ASCII alone, and so does the header that carries it. */
const FOREIGN = /[^\x21-\x7e]/u;

/** What is wrong with a key, in a sentence; null: nothing that could be seen without asking the node. */
export function keyFault(key: string): string | null {
  const at = key.search(FOREIGN);
  if (at < 0) return null;
  const code = (key.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `That is no key: its character ${
    at + 1
  } is U+${code}, and keys are made of visible ASCII ` +
    "without spaces. It may have come along when the key was copied.";
}
