/**
 * Runs other programs.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { RehearsalError } from "./rehearsal_error.ts";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Variables besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds until it is killed. */
  readonly seconds?: number;
}

/** A program and its arguments. */
export type Words = readonly [string, ...string[]];

/** Enough for everything that builds or waits for nothing. */
const SECONDS = 120;

/** How much of what a program printed an error shows. */
const LINES_SHOWN = 15;

/**
 * Runs a program to its end, however that is.
 *
 * @throws {RehearsalError} if there is no such program, or it takes too long
 */
export async function end(
  [program, ...args]: Words,
  { seconds = SECONDS, ...options }: CommandOptions = {},
): Promise<Ended> {
  const [late, done] = [new AbortController(), new AbortController()];
  void systemClock.sleep(seconds * 1000, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
  });
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      ...options,
      stdin: "null",
      signal: late.signal,
    }).output();
    if (late.signal.aborted) {
      throw new RehearsalError(`${shown([program, ...args])} took longer than ${seconds} s`);
    }
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RehearsalError(`Found no program ${program}`);
  } finally {
    done.abort();
  }
}

/**
 * Runs a program that has to succeed.
 *
 * @returns what it printed on standard output, without white space around it
 * @throws {RehearsalError} otherwise, with the last that it printed
 */
export async function output(words: Words, options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await end(words, options);
  if (code === 0) return stdout.trim();
  const lines = `${stdout}\n${stderr}`.trim().split("\n").slice(-LINES_SHOWN);
  throw new RehearsalError([`${shown(words)} ended with ${code}:`, ...lines].join("\n    "));
}

function shown(words: Words): string {
  const text = words.join(" ");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
