/**
 * Looks at what the machine gives a node: a data folder with room, file descriptors, a clock.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATA_FOLDER_MEND, WORKSPACE_MEND } from "../compose/data_folder.ts";
import { errorMessage } from "../errors.ts";
import { refusal } from "../refusal.ts";
import { fault, type Finding, ok, warning } from "./finding.ts";

/** Free space below which a node should not start, in bytes. */
const FREE_BYTES_MIN = 100 * 2 ** 20;

/** Free space below which somebody should look, in bytes. */
const FREE_BYTES_LOW = 2 ** 30;

/** File descriptors that a busy node wants: one for each open stream, and some. */
const DESCRIPTORS_WANTED = 4096;

/** Before this, a clock is not set: the first day of the year of this program, in milliseconds. */
const CLOCK_MS_MIN = Date.UTC(2026, 0, 1);

/** How far the clock may be behind a file that was written before, in milliseconds. */
const CLOCK_BEHIND_MS_MAX = 60_000;

/** Whether the data folder can be written. Leaves nothing behind. */
export function checkDataFolder(folder: string): Finding {
  return checkFolder("data folder", folder, DATA_FOLDER_MEND);
}

/** Whether the folder of the file skills can be written. Leaves nothing behind. */
export function checkWorkspace(folder: string): Finding {
  return checkFolder("workspace", folder, WORKSPACE_MEND);
}

function checkFolder(check: string, folder: string, mend: string): Finding {
  const existing = existingParent(folder);
  try {
    if (!Deno.statSync(existing).isDirectory) return fault(check, `${existing} is a file`, mend);
    const probe = Deno.makeTempFileSync({ dir: existing, prefix: ".synapse-doctor-" });
    Deno.removeSync(probe);
  } catch (error) {
    const reason = refusal(error) ?? errorMessage(error);
    return fault(check, `${existing} cannot be written: ${reason}`, mend);
  }
  return ok(check, existing === folder ? `${folder} can be written` : `${folder} will be created`);
}

/** Whether there is room for the journal. */
export function checkFreeSpace(folder: string): Finding {
  const check = "free space";
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(existingParent(folder));
    free = bavail * bsize;
  } catch (error) {
    const reason = refusal(error) ?? errorMessage(error);
    return fault(check, `Not known at ${folder}: ${reason}`, DATA_FOLDER_MEND);
  }
  const detail = `${(free / 2 ** 30).toFixed(1)} GiB free at ${folder}`;
  const mend = "Make room, or move SYNAPSE_DATA_DIR: a node whose disk is full accepts nothing";
  if (free < FREE_BYTES_MIN) return fault(check, detail, mend);
  return free < FREE_BYTES_LOW ? warning(check, detail, mend) : ok(check, detail);
}

/** Whether the clock is set and has not gone back since the journal was written. */
export function checkClock(now: number, writtenAt: number | null): Finding {
  const check = "clock";
  const detail = `It says ${new Date(now).toISOString()}`;
  const mend = "Set the clock, and keep it set with NTP";
  if (now < CLOCK_MS_MIN) return fault(check, `${detail}, which is past`, mend);
  if (writtenAt !== null && now < writtenAt - CLOCK_BEHIND_MS_MAX) {
    return fault(
      check,
      `${detail}, but the journal was written ${new Date(writtenAt).toISOString()}`,
      mend,
    );
  }
  return ok(check, detail);
}

/**
 * Whether the process may open enough files.
 *
 * @param limit how many, or null where the system does not tell
 */
export function checkDescriptors(limit: number | null): Finding {
  const check = "file descriptors";
  if (limit === null) return ok(check, "This system does not tell the limit");
  if (limit === Infinity) return ok(check, "No limit");
  if (limit >= DESCRIPTORS_WANTED) return ok(check, `Up to ${limit}`);
  const mend = `Raise it: ulimit -n ${DESCRIPTORS_WANTED}, or LimitNOFILE= in the systemd unit`;
  return warning(check, `Only ${limit}: each open event stream takes one`, mend);
}

/** The folder itself, or the nearest one above it that exists; a link to nothing exists, too. */
function existingParent(folder: string): string {
  try {
    Deno.lstatSync(folder);
    return folder;
  } catch (error) {
    const parent = dirname(join(folder));
    if (!(error instanceof Deno.errors.NotFound) || parent === folder) return folder;
    return existingParent(parent);
  }
}
