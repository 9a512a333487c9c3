/**
 * The folders that hold what users said: the journal, memory, and what skills write.
 *
 * @module
 */

/** For the owner alone. */
const PRIVATE = 0o700;

/** Makes the folder, and those above it, unless it is there. One that is there keeps its rights. */
export async function makeDataFolder(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: PRIVATE });
}
