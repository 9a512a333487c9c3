/**
 * Looks at the journal in the data folder without changing it.
 *
 * @module
 */
import { findDataFile } from "../compose/data_folder.ts";
import { journalHolder, openJournalFile } from "../compose/journal_file.ts";
import { errorMessage } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { mendOf } from "./mends.ts";

/** Whether the journal can be read, is sound, and is free or in use. */
export async function checkJournal(path: string): Promise<Finding> {
  const check = "journal";
  try {
    if (findDataFile(path) === null) return ok(check, `${path} will be created`);
    using file = openJournalFile(path);
    const verdict = file.quickCheck();
    if (verdict !== "ok") {
      return fault(check, `${path} is damaged: ${verdict}`, "Restore it from a backup");
    }
    const holder = await journalHolder(path);
    const state = holder === null ? "sound and free" : `in use by ${holder}`;
    return ok(check, `${path} is ${state}`);
  } catch (error) {
    return fault(check, errorMessage(error), mendOf(error) ?? "Look at its owner and rights");
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
