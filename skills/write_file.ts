/**
 * The built-in skill `write_file`.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { makePlace, relativePathSchema } from "./rooted_path.ts";
import { defineSkill, type Skill } from "./skill.ts";
import { inWorkspace } from "./workspace_error.ts";

/** Characters that one call writes at most. */
const WRITE_CHARS_MAX = 262_144;

/**
 * Makes the skill `write_file`.
 *
 * @param root the folder that it writes in
 */
export function writeFileSkill(root: string): Skill {
  return defineSkill({
    name: "write_file",
    description:
      "Writes a text file in the working folder, replacing one of that path. Missing folders are made. The whole file is there or nothing changed.",
    input: z.strictObject({
      path: relativePathSchema.describe("Relative to the working folder"),
      content: z.string().max(WRITE_CHARS_MAX),
    }),
    output: z.object({ path: z.string(), bytes: z.int() }),
    risk: 3,
    capabilities: ["write:**"],
    idempotent: true,
    run: ({ path, content }) =>
      inWorkspace({ root, what: "folder", path }, async () => {
        const { folder, name } = await makePlace(root, path);
        const bytes = new TextEncoder().encode(content);
        await replaceFile(folder, name, bytes);
        return { path, bytes: bytes.length };
      }),
  });
}

/** Written aside and renamed, so that a crash leaves the old file or the new one. */
async function replaceFile(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const draft = await Deno.makeTempFile({ dir: folder, prefix: ".draft-" });
  try {
    await Deno.writeFile(draft, bytes);
    await Deno.chmod(draft, 0o644);
    await Deno.rename(draft, join(folder, name));
  } catch (error) {
    await Deno.remove(draft).catch(() => {});
    throw error;
  }
}
