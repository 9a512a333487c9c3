/**
 * The rehearsal: nodes back up, are destroyed and restored while people talk to them.
 *
 * @module
 */
import { systemClock } from "../../../runtime/clock.ts";
import { Checklist } from "../checklist.ts";
import { programObstacle, type ProgramPackages } from "../programs.ts";
import { clusterFromBackup, fileFromBackup } from "./from_backup.ts";
import { clusterToMoment } from "./point_in_time.ts";

/** What it needs besides the servers of the tests, which bring words of their own. */
export const PROGRAMS: ProgramPackages = {
  pg_basebackup: "postgresql-client",
  pg_dump: "postgresql-client",
  pg_restore: "postgresql-client",
};

/** Why it cannot take place on this machine; null if it can. */
export function obstacle(): Promise<string | null> {
  return programObstacle(PROGRAMS);
}

/**
 * Carries it out. Everything is private, in temporary folders, and gone in the end.
 *
 * @param print takes a line
 * @returns how many steps went well: all
 * @throws {RehearsalError} at the first that did not
 */
export async function rehearse(print: (line: string) => void): Promise<number> {
  const list = new Checklist(systemClock, print);
  await fileFromBackup(list);
  await clusterFromBackup(list);
  await clusterToMoment(list);
  return list.done;
}
