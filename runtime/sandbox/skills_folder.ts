/**
 * The folder of skill files, as the disk has it: which files there are, and the text of one. What is
 * wrong with either is said without the system's own words.
 *
 * @module
 */
import { join } from "node:path";
import { errorMessage, SynapseError } from "../errors.ts";
import { refusal } from "../refusal.ts";

/** The longest file, in bytes. */
const SOURCE_BYTES_MAX = 1_048_576;

const SKILL_FILE = /^(?!.*(?:_test|\.d)\.ts$)[^.].*\.(ts|js)$/;

/**
 * The names of the skill files, sorted; null when nothing is there at all.
 *
 * @throws {SynapseError} `skill_invalid` if the folder cannot be read
 */
export async function skillFileNames(folder: string): Promise<string[] | null> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.map(({ name }) => name).filter((name) => SKILL_FILE.test(name)).sort();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable("folder", error);
    if (await isThere(folder)) {
      throw invalid("Skills folder cannot be read: it is a link to nothing");
    }
    return null;
  }
}

/**
 * The text of a skill file.
 *
 * @throws {SynapseError} `skill_invalid` if it cannot be read, is too long or no UTF-8 text
 */
export async function readSkillFile(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  let bytes: Uint8Array;
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > SOURCE_BYTES_MAX) {
      const found = isFile ? `has ${size} bytes` : "is no file";
      throw invalid(`Skill file ${found}, wanted a file of at most ${SOURCE_BYTES_MAX} bytes`);
    }
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof SynapseError) throw error;
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable("file", error);
    throw invalid(await isThere(path) ? "Skill file is a link to nothing" : notFound(file));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid("Skill file is no UTF-8 text", cause);
  }
}

/** Such a name is listed with a sign in the place of what is not UTF-8, and cannot be asked for by that. */
function notFound(file: string): string {
  return file.includes("\uFFFD")
    ? "Skill file's name is not UTF-8, wanted another name"
    : "Skill file is gone";
}

/** Whether there is something of that name, were it a link to nothing. */
async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function unreadable(what: "folder" | "file", cause: unknown): SynapseError {
  const name = what === "folder" ? "Skills folder" : "Skill file";
  return invalid(`${name} cannot be read: ${refusal(cause) ?? errorMessage(cause)}`, cause);
}

function invalid(message: string, cause?: unknown): SynapseError {
  return new SynapseError("skill_invalid", message, { cause });
}
