/**
 * What another program has to say about files here: one run of it, and what is made of how it ended.
 *
 * @module
 */
import { dirname } from "node:path";
import { end, type Ended, type Words } from "../rehearsals/command.ts";
import type { Program } from "./program.ts";
import type { ToolName } from "./tools.ts";

/** One run of a program, in an empty folder of its own. */
export interface Check {
  readonly name: string;
  readonly tool: ToolName;
  /** Paths that are not absolute are in the folder of the run. */
  readonly args: readonly string[];
  /** What is put into that folder, by path. */
  readonly files?: () => Promise<Readonly<Record<string, string>>>;
  /** Which of these files it reads on standard input. */
  readonly input?: string;
  /** What it complains of without failing: a line of its standard error. */
  readonly complaint?: RegExp;
  /** It is shown something that is wrong on purpose, and has to fail with these words. */
  readonly refusal?: RegExp;
}

/** What is wrong, with all that the program printed; null when it ended as it has to. */
export function faultOf(
  { complaint, refusal }: Pick<Check, "complaint" | "refusal">,
  { code, stdout, stderr }: Ended,
): string | null {
  const said = `${stdout}${stderr}`.trim();
  const complains = complaint?.test(stderr) ?? false;
  if (refusal === undefined) {
    return code === 0 && !complains ? null : `It ended with ${code}:\n${said}`;
  }
  if (code === 0 && !complains) return `It accepted what is wrong on purpose:\n${said}`;
  return refusal.test(said) ? null : `It failed, but not with ${refusal}:\n${said}`;
}

/**
 * Runs a check. Needs permission to run the program, and to write to the temporary folder.
 *
 * @returns what is wrong; null when all is well
 */
export async function runCheck(check: Check, { words, env }: Program): Promise<string | null> {
  const folder = await Deno.makeTempDir({ prefix: "synapse_check_" });
  try {
    for (const [path, text] of Object.entries(await check.files?.() ?? {})) {
      await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const { args, input } = check;
    const command: Words = input === undefined
      ? [...words, ...args]
      : ["sh", "-c", 'exec "$@" <"$0"', input, ...words, ...args];
    return faultOf(check, await end(command, { cwd: folder, env }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
