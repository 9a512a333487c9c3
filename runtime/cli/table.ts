/**
 * Rows for people.
 *
 * @module
 */
import { oneLine } from "./style.ts";

/** The longest cell shown; what is longer is cut. `--json` has it whole. */
const CELL_WIDTH = 60;

/**
 * Lines up rows under their headings. Numbers stand on the right.
 *
 * @returns lines without trailing spaces, the headings first
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [headings, ...rows].map((row) =>
    row.map((cell) => oneLine(String(cell), CELL_WIDTH))
  );
  const widths = headings.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length))
  );
  const right = headings.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  return cells.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return right[column] ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  ).join("\n");
}

/** One thing's properties, a line each, names lined up. */
export function formatRecord(record: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(record).map((name) => name.length));
  return Object.entries(record)
    .map(([name, value]) =>
      `${name.padEnd(width)}  ${typeof value === "string" ? value : JSON.stringify(value)}`
    )
    .join("\n");
}
