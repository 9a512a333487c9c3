/**
 * The built-in skill `list_files`.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { relativePathSchema, resolveExisting } from "./rooted_path.ts";
import { defineSkill, type Skill } from "./skill.ts";
import { inWorkspace } from "./workspace_error.ts";

/** Entries that one call returns at most. */
const ENTRIES_MAX = 1000;

/**
 * Makes the skill `list_files`.
 *
 * @param root the folder that it looks in
 */
export function listFilesSkill(root: string): Skill {
  return defineSkill({
    name: "list_files",
    description: "Lists one folder of the working folder: names, kinds and sizes, sorted by name.",
    input: z.strictObject({
      path: relativePathSchema.default(".").describe("Relative to the working folder"),
    }),
    output: z.object({
      entries: z.array(z.object({
        name: z.string(),
        kind: z.enum(["file", "folder", "link", "other"]),
        bytes: z.int().nullable().describe("Size of a file"),
      })),
      truncated: z.boolean().describe(`Whether there are more than ${ENTRIES_MAX}`),
    }),
    risk: 0,
    capabilities: ["read:**"],
    idempotent: true,
    run: ({ path }) =>
      inWorkspace(
        { root, what: "folder", path },
        async () => await listFolder(await resolveExisting(root, path)),
      ),
  });
}

async function listFolder(folder: string) {
  const found: Deno.DirEntry[] = [];
  for await (const entry of Deno.readDir(folder)) found.push(entry);
  found.sort((a, b) => a.name < b.name ? -1 : 1);
  const entries = await Promise.all(
    found.slice(0, ENTRIES_MAX).map(async (entry) => ({
      name: entry.name,
      kind: kindOf(entry),
      // A file may be gone by now; then its size is unknown, and the rest of the list still holds.
      bytes: entry.isFile
        ? await Deno.lstat(join(folder, entry.name)).then((s) => s.size, () => null)
        : null,
    })),
  );
  return { entries, truncated: found.length > ENTRIES_MAX };
}

function kindOf(entry: Deno.DirEntry): "file" | "folder" | "link" | "other" {
  if (entry.isSymlink) return "link";
  if (entry.isDirectory) return "folder";
  return entry.isFile ? "file" : "other";
}
