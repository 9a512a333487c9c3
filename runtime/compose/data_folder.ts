/**
 * The folders that hold what users said: the journal, memory, and what skills write.
 *
 * @module
 */
import { dirname } from "node:path";
import { errorMessage } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";

/** For the owner alone. */
const PRIVATE = 0o700;

/** What the system's codes mean for a folder. */
const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "it is a file",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it cannot be made there",
  ENOSPC: "the disk is full",
  ENOTDIR: "it, or a folder above it, is a file",
  EPERM: "permission denied",
  EROFS: "its file system is read-only",
};

/** What to do about a data folder that cannot be used. */
export const FOLDER_MEND =
  "Give the user who runs Synapse the right to read and write there, or set SYNAPSE_DATA_DIR";

/** Makes the folder, and those above it, unless it is there. One that is there keeps its rights. */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true, mode: PRIVATE });
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Looks at a file of a data folder.
 *
 * @returns null when there is none
 * @throws {JournalUnavailable} if the folder cannot be used
 */
export function findDataFile(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw unusable(dirname(path), error);
  }
}

/**
 * Why the system refused a folder or file, in words for whoever runs the program: what Deno says
 * itself may advise a flag that they cannot set.
 *
 * @returns null for any other error, those of sockets included
 */
export function refusal(error: unknown): string | null {
  if (error instanceof Deno.errors.NotCapable) return "this program may not use that place";
  if (!(error instanceof Error) || !("code" in error)) return null;
  if ("syscall" in error && error.syscall === "connect") return null;
  return REFUSALS[String(error.code)] ?? null;
}

function unusable(folder: string, cause: unknown): JournalUnavailable {
  const message = `Data folder ${folder} cannot be used: ${refusal(cause) ?? errorMessage(cause)}`;
  return new JournalUnavailable(message, { rolled_back: true, cause });
}
