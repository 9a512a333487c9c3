/**
 * Bounds on the size of what a request brings.
 *
 * @module
 */
import { SynapseError } from "../errors.ts";

/**
 * Checks the length of a text.
 *
 * @param what the text's place in the request, such as `body.content`
 * @param limit UTF-8 bytes
 * @throws {SynapseError} `payload_too_large`
 */
export function checkSize(what: string, text: string, limit: number): void {
  // No text has fewer bytes than UTF-16 units, so a long one is refused without encoding it.
  const bytes = text.length > limit ? text.length : new TextEncoder().encode(text).length;
  if (bytes > limit) {
    throw new SynapseError(
      "payload_too_large",
      `${what} has at least ${bytes} bytes, wanted at most ${limit}`,
      { data: { limit } },
    );
  }
}
