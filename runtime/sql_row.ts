/**
 * Columns of rows, whichever SQL driver gives them.
 *
 * @module
 */

/** A row. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Reads a number column. */
export function number(row: SqlRow, column: string): number {
  return Number(row[column]);
}

/** Reads a number column that may be NULL. */
export function numberOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : Number(row[column]);
}
