/**
 * Tables in Markdown, as `deno fmt` leaves them.
 *
 * @module
 */

/** The cells of a row. */
export type TableRow = readonly string[];

/** A table with aligned columns. A bar inside a cell is escaped. */
export function table(head: TableRow, rows: readonly TableRow[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0))
  );
  const line = (row: TableRow) =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  const [first, ...others] = cells;
  return [line(first ?? []), line(rule), ...others.map(line)].join("\n");
}
