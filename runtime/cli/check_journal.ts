/**
 * Looks at the journal in the data folder without changing it.
 *
 * @module
 */
import { errorMessage } from "../errors.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { openJournalFile } from "../compose/journal_file.ts";

/** Whether the journal can be read, is sound, and is free or in use. */
export async function checkJournal(path: string): Promise<Finding> {
  const check = "journal";
  if (writtenAt(path) === null) return ok(check, `${path} will be created`);
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
  const holder = await lockHolder(`${path}.lock`);
  return ok(
    check,
    holder === null ? `${path} is sound and free` : `${path} is in use by ${holder}`,
  );
}

/** When the journal was last written, in milliseconds since the epoch; null when there is none. */
export function writtenAt(path: string): number | null {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
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
