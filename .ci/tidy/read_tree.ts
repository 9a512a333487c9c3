/**
 * Reads the repository's own text files.
 *
 * @module
 */
import type { SourceFile } from "./source_file.ts";

/** What git ignores, and git itself. Names with a slash are at the root only. */
const SKIPPED = new Set([".git", "node_modules", "/data", "/dist", "/coverage"]);

/** Text that people wrote; everything else (lock file, images) has its own checks or none. */
const TEXT = /(\.(tsx?|js|md|json|yaml|yml|sql|lua|sh|html|css|service|toml)|Dockerfile|\/run)$/;

/**
 * All text files under `root`, in order of their paths.
 *
 * Needs read permission for `root`.
 */
export async function readTree(root: string): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const path of walk(root, "")) {
    if (TEXT.test(path)) {
      files.push({ path, text: await Deno.readTextFile(`${root}/${path}`) });
    }
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** The paths of all files under `folder` of `root`, whatever they hold. */
export async function* walk(root: string, folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.has(entry.name) || SKIPPED.has(`/${path}`)) continue;
    if (entry.isDirectory) yield* walk(root, path);
    else if (entry.isFile) yield path;
  }
}
