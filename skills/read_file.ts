/**
 * The built-in skill `read_file`.
 *
 * @module
 */
import { z } from "zod";
import { relativePathSchema, resolveExisting } from "./rooted_path.ts";
import { defineSkill, type Skill } from "./skill.ts";
import { inWorkspace } from "./workspace_error.ts";

/** Bytes that one call reads at most; the rest is read by further calls. */
const READ_BYTES_MAX = 65_536;

/**
 * Makes the skill `read_file`.
 *
 * @param root the folder that it reads in
 */
export function readFileSkill(root: string): Skill {
  return defineSkill({
    name: "read_file",
    description:
      "Reads a text file of the working folder. A long file comes in pieces: call again with the returned next_offset until it is null.",
    input: z.strictObject({
      path: relativePathSchema.describe("Relative to the working folder"),
      offset: z.int().min(0).default(0).describe("The byte to start at"),
    }),
    output: z.object({
      content: z.string(),
      bytes: z.int().describe("Size of the whole file"),
      next_offset: z.int().nullable(),
    }),
    risk: 0,
    capabilities: ["read:**"],
    idempotent: true,
    run: ({ path, offset }) =>
      inWorkspace(
        { root, what: "file", path },
        async () => await readPiece(await resolveExisting(root, path), path, offset),
      ),
  });
}

async function readPiece(real: string, path: string, offset: number) {
  // A pipe or device would block for ever when opened.
  if (!(await Deno.stat(real)).isFile) throw new TypeError(`${JSON.stringify(path)} is not a file`);
  using file = await Deno.open(real);
  const { size } = await file.stat();
  await file.seek(offset, Deno.SeekMode.Start);
  const buffer = new Uint8Array(READ_BYTES_MAX);
  let length = 0;
  for (let read: number | null = 0; read !== null && length < buffer.length;) {
    read = await file.read(buffer.subarray(length));
    length += read ?? 0;
  }
  const last = offset + length >= size;
  const content = decode(buffer.subarray(0, length), last, path);
  return {
    content,
    bytes: size,
    next_offset: last ? null : offset + new TextEncoder().encode(content).length,
  };
}

/** Text of the bytes; before the last piece, a character cut in two is left to the next piece. */
function decode(bytes: Uint8Array, last: boolean, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, {
      stream: !last,
    });
  } catch (cause) {
    throw new TypeError(`${JSON.stringify(path)} is not UTF-8 text`, { cause });
  }
}
