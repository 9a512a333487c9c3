/**
 * A program that checks run, if it is here.
 *
 * @module
 */
import type { Words } from "../rehearsals/command.ts";

/** A program that can be run: how its command begins, and variables besides those of this process. */
export interface Program {
  readonly words: Words;
  readonly env: Readonly<Record<string, string>>;
}

/** A program that cannot be run here. */
export interface Missing {
  /** Why, and what to do about it. */
  readonly missing: string;
}

/** Whether it can be run. */
export function isFound(program: Program | Missing): program is Program {
  return "words" in program;
}
