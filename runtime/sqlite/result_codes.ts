/**
 * What SQLite's result codes mean.
 *
 * @module
 */

/**
 * SQLite's result codes that tell what to do (sqlite.org/rescode.html), with SQLite's own words for
 * each: `exec` and the opening of a file throw errors that have no other sign.
 */
export const REASONS: Readonly<
  Record<number, { readonly reason: string; readonly words: string }>
> = {
  5: { reason: "it is locked by another program", words: "database is locked" },
  8: { reason: "it is read-only", words: "attempt to write a readonly database" },
  10: { reason: "the disk reported an error", words: "disk I/O error" },
  11: { reason: "the file is damaged", words: "database disk image is malformed" },
  13: { reason: "the disk is full", words: "database or disk is full" },
  14: { reason: "the file cannot be opened", words: "unable to open database file" },
  26: { reason: "the file is not a database", words: "file is not a database" },
};

/** What can never work (error, too big, constraint, mismatch): a defect, not trouble with the file. */
export const DEFECTS: ReadonlySet<number> = new Set([1, 18, 19, 20]);

/** After an I/O error it is not certain what reached the disk. */
export const IO_ERROR = 10;

/** The primary result code of an SQLite error (sqlite.org/rescode.html), or null for any other error. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  const known = Object.entries(REASONS).find(([, { words }]) => error.message.startsWith(words));
  return known ? Number(known[0]) : null;
}
