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

/** Removes the checksums of a folder whose files are about to change. */
export async function removeChecksums(folder: string): Promise<void> {
  try {
    await Deno.remove(`${folder}/${CHECKSUMS_NAME}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
