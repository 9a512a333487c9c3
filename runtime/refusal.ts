/**
 * What the system's refusal of a file or folder means, in words for whoever runs the program: what Deno
 * says itself may advise a flag that they cannot set.
 *
 * @module
 */

const REFUSALS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "it is a file, or a link to nothing",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOENT: "it is not there, and cannot be made",
  ENOSPC: "the disk is full",
  ENOTDIR: "it, or a folder above it, is a file",
  EPERM: "permission denied",
  EROFS: "its file system is read-only",
};

/**
 * Why the system refused a folder or file.
 *
 * @returns null for any other error, those of sockets included
 */
export function refusal(error: unknown): string | null {
  if (error instanceof Deno.errors.NotCapable) return "this program may not use that place";
  if (!(error instanceof Error) || !("code" in error)) return null;
  if ("syscall" in error && error.syscall === "connect") return null;
  return REFUSALS[String(error.code)] ?? null;
}
