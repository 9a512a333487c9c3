/**
 * Paths of the file skills: everything they touch lies in one folder, whatever the path says and
 * whatever symbolic links lie on the way.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from "node:path";
import { z } from "zod";

/** A path as the model gives it: relative, without a way up. Links are looked at when it is used. */
export const relativePathSchema = z.string().min(1).max(1024).refine(
  (path) => !path.includes("\0") && !isAbsolute(path) && !leavesFolder(normalize(path)),
  "wanted a path below the folder: relative, and not through ..",
);

/** Where a new file goes: the real folder, and the name in it. */
export interface Place {
  readonly folder: string;
  readonly name: string;
}

/**
 * The real path of something that exists in `root`.
 *
 * @throws {Deno.errors.NotCapable} if it lies outside
 * @throws {Deno.errors.NotFound} if there is nothing
 */
export async function resolveExisting(root: string, path: string): Promise<string> {
  const real = await Deno.realPath(join(root, checked(path)));
  assertInside(await Deno.realPath(root), real, path);
  return real;
}

/**
 * The place for a file in `root`, whose folders are made where they are missing. A link in the last
 * place is not followed: whoever renames a file to there replaces the link.
 *
 * @throws {Deno.errors.NotCapable} if it lies outside
 */
export async function makePlace(root: string, path: string): Promise<Place> {
  const target = join(root, checked(path));
  if (relative(root, target) === "") throw outside(path);
  const realRoot = await Deno.realPath(root);
  const folder = dirname(target);
  // Checked before anything is made: a link on the way must not have folders made behind it.
  assertInside(realRoot, await realPathOfAncestor(folder), path);
  await Deno.mkdir(folder, { recursive: true });
  const realFolder = await Deno.realPath(folder);
  assertInside(realRoot, realFolder, path);
  return { folder: realFolder, name: basename(target) };
}

function checked(path: string): string {
  if (!relativePathSchema.safeParse(path).success) throw outside(path);
  return path;
}

/** The real path of the nearest folder on the way to `path` that exists. */
async function realPathOfAncestor(path: string): Promise<string> {
  for (let folder = path;; folder = dirname(folder)) {
    const exists = await Deno.lstat(folder).then(() => true, (error) => {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    });
    if (exists || folder === dirname(folder)) return await Deno.realPath(folder);
  }
}

function leavesFolder(normalized: string): boolean {
  return normalized === ".." || normalized.startsWith(`..${sep}`);
}

function assertInside(root: string, real: string, path: string): void {
  const way = relative(root, real);
  if (isAbsolute(way) || leavesFolder(way)) throw outside(path);
}

function outside(path: string): Error {
  return new Deno.errors.NotCapable(`Path ${JSON.stringify(path)} leads out of the skills' folder`);
}
