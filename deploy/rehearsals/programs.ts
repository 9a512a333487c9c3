/**
 * The programs that a rehearsal needs.
 *
 * @module
 */
import { end } from "./command.ts";

/** Programs by name, each with its package in Debian. */
export type ProgramPackages = Readonly<Record<string, string>>;

/** The packages of those that are not here, in order. */
export async function missingPackages(programs: ProgramPackages): Promise<string[]> {
  const packages = new Set<string>();
  for (const [name, debianPackage] of Object.entries(programs)) {
    if (!await has(name)) packages.add(debianPackage);
  }
  return [...packages].sort();
}

/** What keeps a rehearsal from taking place, as far as that is programs; null if all are here. */
export async function programObstacle(programs: ProgramPackages): Promise<string | null> {
  const packages = await missingPackages(programs);
  if (packages.length === 0) return null;
  return `programs are missing: apt-get install --no-install-recommends ${packages.join(" ")}`;
}

/** Whether there is such a program. */
export async function has(name: string): Promise<boolean> {
  return (await end(["sh", "-c", `command -v ${name}`])).code === 0;
}
