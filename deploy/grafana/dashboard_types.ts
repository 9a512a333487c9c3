/**
 * Dashboards as a program that only has to type-check: Grafana publishes their types, and no program
 * that reads a file by them.
 *
 * The types know dashboards, panels, their places and their fields; not what is in `targets` and
 * `options`.
 *
 * @module
 */
import { parse } from "yaml";

/** The package of the types, of the version of Grafana that Docker Compose starts. */
export function schemaOfGrafana(compose: string): string {
  const { services } = parse(compose) as { services: { grafana: { image: string } } };
  return `npm:@grafana/schema@${services.grafana.image.split(":").at(-1)}`;
}

/** The program. */
export function dashboardTypes(dashboards: readonly string[], schema: string): string {
  const constants = dashboards.map((json, i) => `export const d${i}: Dashboard = ${json};`);
  return [`import type { Dashboard } from "${schema}";`, ...constants].join("\n");
}
