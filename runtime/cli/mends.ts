/**
 * What to do about errors that keep a command from its work, and do not say it themselves.
 *
 * @module
 */
import { JOURNAL_FOLDER_MEND, WORKSPACE_MEND } from "../compose/data_folder.ts";
import { errorCode } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { refusal } from "../refusal.ts";
import { resultCode } from "../sqlite/result_codes.ts";
import { postgresMend } from "./postgres_mends.ts";

/** For SQLite's result codes, see `sqlite/result_codes.ts`. */
const SQLITE_MENDS: Readonly<Record<number, string>> = {
  5: "End the program that has the file open; `fuser FILE` names it",
  8: JOURNAL_FOLDER_MEND,
  10: "Look at the disk and the system's log; if the file is damaged, restore it from a backup",
  11: "Restore it from a backup",
  13: "Make room on its disk",
  14: JOURNAL_FOLDER_MEND,
  26: "Restore it from a backup",
};

/** What to do about an error; null if nothing is known. */
export function mendOf(error: unknown): string | null {
  if (errorCode(error) === "workspace_unavailable") return WORKSPACE_MEND;
  if (!(error instanceof JournalUnavailable)) return null;
  const { cause } = error;
  if (refusal(cause) !== null) return JOURNAL_FOLDER_MEND;
  const sqlite = resultCode(cause);
  if (sqlite !== null) return SQLITE_MENDS[sqlite] ?? null;
  return cause instanceof Error && "code" in cause ? postgresMend(String(cause.code)) : null;
}
