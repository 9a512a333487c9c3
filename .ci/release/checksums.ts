/**
 * The checksums of a release, as `sha256sum --check` reads them.
 *
 * @module
 */

/** The file's name in `dist/`. */
export const CHECKSUMS_NAME = "SHA256SUMS";

/** A line for one file. */
export async function checksumLine(
  name: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return `${digest.toHex()}  ${name}\n`;
}
