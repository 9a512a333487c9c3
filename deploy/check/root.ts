/**
 * Where the repository is.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** Its folder, with a slash at the end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository, by its path there. */
export function readFile(path: string): Promise<string> {
  return Deno.readTextFile(`${ROOT}${path}`);
}

/** A text with one part exchanged, which has to be in it: what is to be wrong is wrong for sure. */
export function exchange(text: string, part: string, other: string): string {
  if (!text.includes(part)) throw new RangeError(`Found no ${part} to exchange`);
  return text.replace(part, () => other);
}
