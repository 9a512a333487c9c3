/**
 * The files for Prometheus and Grafana that are shipped, as text. Needs read permission for them.
 *
 * @module
 */

/** The folder of the dashboards, from here. */
const DASHBOARDS = "../grafana/provisioning/dashboards/synapse/";

/** A file by its path from this folder. */
export function readHere(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, import.meta.url));
}

/** All dashboards, in the order of their names. */
export async function readDashboards(): Promise<string[]> {
  const folder = Deno.readDir(new URL(DASHBOARDS, import.meta.url));
  const names = await Array.fromAsync(folder, ({ name }) => name);
  return await Promise.all(names.sort().map((name) => readHere(DASHBOARDS + name)));
}
