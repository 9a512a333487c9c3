/**
 * What a file says it is.
 *
 * @module
 */

/** As much of a file as is read: more than any first line that names an interpreter. */
const BYTES = 64;

/** The first line of a file, or its first 64 bytes; the file may be as large as it likes. */
export async function firstLine(path: string): Promise<string> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(BYTES);
  const count = await file.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, count)).split("\n")[0]!;
}
