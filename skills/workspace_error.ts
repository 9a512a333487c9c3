/**
 * Errors of the file system, as the file skills tell them: by the path that the model gave, without the
 * host's own paths or the system's words.
 *
 * @module
 */

/** What to say of the errors that one meets, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "may not be used by the node's user",
  EEXIST: "is in the way: it is no folder",
  EISDIR: "is a folder",
  ELOOP: "is a link that leads nowhere",
  ENAMETOOLONG: "has too long a name",
  ENOSPC: "finds no room: the disk is full",
  ENOTDIR: "is not a folder, or lies below something that is none",
  EPERM: "may not be used by the node's user",
  EROFS: "cannot be written: the file system is read-only",
};

/** What to say when somebody has removed the workspace itself. */
const GONE = "The workspace is gone, and is made again when the node is started anew";

/** What a refused right is called by; whoever sees the error tells it from a mere failure. */
const REFUSED: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/** Something that a skill looks for in the workspace. */
export interface WorkspacePath {
  /** The workspace. */
  readonly root: string;
  /** What should be there. */
  readonly what: "file" | "folder";
  /** As the model gave it. */
  readonly path: string;
}

/**
 * Does something with a path of the workspace.
 *
 * @throws {Deno.errors.NotFound} if there is no such thing
 * @throws {Deno.errors.NotCapable} if the system refuses it
 * @throws {TypeError} for all else that the system says; what `work` throws by itself is left as it is
 */
export async function inWorkspace<Result>(
  place: WorkspacePath,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw withoutHostPath(error, place);
  }
}

/**
 * Makes sure that the workspace is there.
 *
 * @throws {Deno.errors.NotFound} if it is not, or is no folder
 */
export function requireWorkspace(root: string): void {
  try {
    if (Deno.statSync(root).isDirectory) return;
  } catch {
    // Said below.
  }
  throw new Deno.errors.NotFound(GONE);
}

/** No cause is kept: its message has the host's path, and is shown along. */
function withoutHostPath(error: unknown, { root, what, path }: WorkspacePath): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code !== "string") return error;
  if (code === "ENOENT" || code === "ENOTDIR") requireWorkspace(root);
  if (code === "ENOENT") {
    return new Deno.errors.NotFound(`There is no ${what} ${path} in the workspace`);
  }
  const message = `${path} in the workspace ${REASONS[code] ?? `cannot be used (${code})`}`;
  return REFUSED.has(code) ? new Deno.errors.NotCapable(message) : new TypeError(message);
}
