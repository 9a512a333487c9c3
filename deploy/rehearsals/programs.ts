/**
 * The programs that a rehearsal needs.
 *
 * @module
 */
import { end } from "./command.ts";
import { RehearsalError } from "./rehearsal_error.ts";

/**
 * @param programs each with its package in Debian
 * @throws {RehearsalError} naming what is to be installed
 */
export async function requirePrograms(programs: Readonly<Record<string, string>>): Promise<void> {
  const packages = new Set<string>();
  for (const [name, debianPackage] of Object.entries(programs)) {
    if (!await has(name)) packages.add(debianPackage);
  }
  if (packages.size === 0) return;
  throw new RehearsalError(
    `Programs are missing: apt-get install --no-install-recommends ${[...packages].join(" ")}`,
  );
}

/** Whether there is such a program. */
export async function has(name: string): Promise<boolean> {
  return (await end(["sh", "-c", `command -v ${name}`])).code === 0;
}
