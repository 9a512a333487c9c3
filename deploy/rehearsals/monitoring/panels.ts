/**
 * Whether the dashboards show something.
 *
 * @module
 */
import { readPanels, withTimes } from "../../prometheus/expressions.ts";
import { readDashboards } from "../../prometheus/shipped_files.ts";
import type { Prometheus } from "./prometheus.ts";

/** All of the rehearsal, whatever a panel looks back upon. */
const RANGE = "1h";

/** The panels' expressions that come to nothing, with the panels' names. */
export async function emptyPanels(
  prometheus: Prometheus,
): Promise<{ readonly asked: number; readonly empty: readonly string[] }> {
  const empty: string[] = [];
  let asked = 0;
  for (const { dashboard, title, exprs } of (await readDashboards()).flatMap(readPanels)) {
    for (const expr of exprs) {
      asked += 1;
      const series = await prometheus.query(withTimes(expr, { rate: RANGE, range: RANGE }));
      const shown = series.some(({ value: [, text] }) => text !== "NaN");
      if (!shown) empty.push(`${dashboard}, ${title}: ${expr}`);
    }
  }
  return { asked, empty };
}
