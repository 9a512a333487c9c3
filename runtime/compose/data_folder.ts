/**
 * The folders that hold what users said: the journal, memory, and what skills write.
 *
 * @module
 */
import { dirname } from "node:path";
import { errorMessage, SynapseError } from "../errors.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { refusal } from "../refusal.ts";

/** For the owner alone. */
const PRIVATE = 0o700;

/**
 * What to do about a folder that cannot be used.
 *
 * @param setting where another one can be named
 */
export function folderMend(setting: string): string {
  return `Let the user who runs Synapse read and write there, or name another place in ${setting}`;
}

/** What to do about a data folder that cannot be used. */
export const DATA_FOLDER_MEND = folderMend("SYNAPSE_DATA_DIR");

/** What to do about a journal's file, or its folder, that cannot be used. */
export const JOURNAL_FOLDER_MEND = folderMend(
  "DATABASE_URL if that is set, else in SYNAPSE_DATA_DIR",
);

/** What to do about a workspace that cannot be used. */
export const WORKSPACE_MEND = folderMend("skills.workspace of the configuration file");

/**
 * Makes the folder, and those above it, unless it is there. One that is there keeps its rights.
 *
 * @throws {JournalUnavailable}
 */
export async function makeDataFolder(path: string): Promise<void> {
  try {
    await makePrivate(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * Makes the folder that the file skills work in, as {@link makeDataFolder} does.
 *
 * @throws {SynapseError} `workspace_unavailable`
 */
export async function makeWorkspace(path: string): Promise<void> {
  try {
    await makePrivate(path);
  } catch (cause) {
    const reason = refusal(cause) ?? errorMessage(cause);
    const message = `Workspace ${path} of the file skills cannot be used: ${reason}`;
    throw new SynapseError("workspace_unavailable", message, { cause });
  }
}

async function makePrivate(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: PRIVATE });
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

function unusable(folder: string, cause: unknown): JournalUnavailable {
  const message = `Data folder ${folder} cannot be used: ${refusal(cause) ?? errorMessage(cause)}`;
  return new JournalUnavailable(message, { rolled_back: true, cause });
}
