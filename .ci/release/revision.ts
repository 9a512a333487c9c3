/**
 * Which commit a release is made from.
 *
 * @module
 */
import { ReleaseError } from "./release_error.ts";

/** The variable that names the revision where git does not know it, as in a container's build. */
export const REVISION_VARIABLE = "SYNAPSE_REVISION";

/** What a program says that was made where nobody knew the commit. */
export const UNKNOWN_REVISION = "unknown";

/** A commit or a tag. It becomes a part of the program. */
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}$/;

/**
 * The revision that is named, or else the commit that is checked out in a folder: its hash, with
 * `-modified` behind it if files differ that git knows; {@link UNKNOWN_REVISION} if the folder is not
 * the top of a checkout, or there is no git.
 *
 * Needs permission to run `git`.
 *
 * @param folder the sources
 * @param named what {@link REVISION_VARIABLE} says
 * @throws {ReleaseError} if that cannot be a revision
 */
export async function readRevision(folder: string, named?: string): Promise<string> {
  if (named && named !== UNKNOWN_REVISION) {
    if (REVISION.test(named)) return named;
    const wanted = "the name or the hash of a commit";
    throw new ReleaseError(`${REVISION_VARIABLE} is ${JSON.stringify(named)}, wanted ${wanted}`);
  }
  // Sources may lie in the checkout of something else: then its commit says nothing about them.
  const [up, commit] = (await git(folder, "rev-parse", "--show-cdup", "HEAD"))?.split("\n") ?? [];
  if (up !== "" || !commit) return UNKNOWN_REVISION;
  const changes = await git(folder, "status", "--porcelain", "--untracked-files=no");
  return changes === "" ? commit : `${commit}-modified`;
}

/** What git prints; null if it cannot tell. It may not write to the checkout. */
async function git(folder: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["--no-optional-locks", "-C", folder, ...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
