/**
 * Looks at the journal in the data folder without changing it.
 *
 * @module
 */
import { findDataFile, FOLDER_MEND, refusal } from "../compose/data_folder.ts";
import { openJournalFile } from "../compose/journal_file.ts";
import { errorMessage } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { fault, type Finding, ok } from "./finding.ts";

/** Whether the journal can be read, is sound, and is free or in use. */
export async function checkJournal(path: string): Promise<Finding> {
  const check = "journal";
  try {
    if (findDataFile(path) === null) return ok(check, `${path} will be created`);
  } catch (error) {
    return fault(check, errorMessage(error), FOLDER_MEND);
  }
  try {
    using file = openJournalFile(path);
    const verdict = file.quickCheck();
    if (verdict !== "ok") {
      return fault(check, `${path} is damaged: ${verdict}`, "Restore it from a backup");
    }
  } catch (error) {
    const mend = "Look at its owner and rights; if it is damaged, restore it from a backup";
    return fault(check, errorMessage(error), mend);
  }
  const lock = `${path}.lock`;
  try {
    const holder = await lockHolder(lock);
    const state = holder === null ? "sound and free" : `in use by ${holder}`;
    return ok(check, `${path} is ${state}`);
  } catch (error) {
    const reason = refusal(error) ?? errorMessage(error);
    return fault(check, `${lock} cannot be opened: ${reason}`, FOLDER_MEND);
  }
}

/**
 * When the journal was last written, in milliseconds since the epoch; null when there is none, or when
 * it cannot be looked at: that is a finding of {@link checkJournal}.
 */
export function writtenAt(path: string): number | null {
  try {
    return findDataFile(path)?.mtime?.getTime() ?? null;
  } catch (error) {
    if (error instanceof JournalUnavailable) return null;
    throw error;
  }
}

/** Which process has the lock, or null. A running node keeps it as long as it lives. */
async function lockHolder(path: string): Promise<string | null> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    if (await file.tryLock(true)) return null;
    return `process ${(await Deno.readTextFile(path)).trim()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
