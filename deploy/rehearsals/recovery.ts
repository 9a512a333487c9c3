/**
 * `deno task rehearse:recovery`: has nodes back up, be destroyed and be restored while people talk to
 * them, and prints what held; ends with 1 at the first thing that did not.
 *
 * Needs Postgres with its client programs, and Redis (`apt-get install postgresql redis-server`); root is
 * not needed. Everything is private, in temporary folders, and gone in the end.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { Checklist } from "./checklist.ts";
import { RehearsalError } from "./rehearsal_error.ts";
import { clusterFromBackup, fileFromBackup } from "./recovery/from_backup.ts";
import { clusterToMoment } from "./recovery/point_in_time.ts";

if (import.meta.main) {
  const list = new Checklist(systemClock, console.log);
  const begun = systemClock.monotonic();
  try {
    await fileFromBackup(list);
    await clusterFromBackup(list);
    await clusterToMoment(list);
    const seconds = Math.round((systemClock.monotonic() - begun) / 1000);
    console.log(`\n${list.done} steps in ${seconds} s, all well`);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    console.error(error.message);
    Deno.exitCode = 1;
  }
}
