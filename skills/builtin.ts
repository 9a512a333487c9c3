/**
 * The skills that come with Synapse.
 *
 * @module
 */
import { calculatorSkill } from "./calculator.ts";
import { clockSkill } from "./clock.ts";
import { delegateSkill } from "./delegate.ts";
import { forgetSkill } from "./forget.ts";
import { httpFetchSkill } from "./http_fetch.ts";
import { httpSendSkill } from "./http_send.ts";
import { listFilesSkill } from "./list_files.ts";
import { readFileSkill } from "./read_file.ts";
import { recallSkill } from "./recall.ts";
import { rememberSkill } from "./remember.ts";
import { scheduleSkill } from "./schedule.ts";
import type { Skill } from "./skill.ts";
import { writeFileSkill } from "./write_file.ts";

/** Settings of the built-in skills. */
export interface BuiltinSkillOptions {
  /** Milliseconds since the epoch. */
  now(): number;
  /** What the HTTP skills may reach though it is not public, such as `10.0.0.0/8` or `wiki.internal:8080`. */
  readonly allowedHosts: readonly string[];
  /** The folder of the file skills. */
  readonly root: string;
  /** Whether there is memory, and so the skills that use it. */
  readonly memory: boolean;
}

/**
 * Makes the built-in skills.
 *
 * @throws {TypeError} if an allowed host cannot be read
 */
export function builtinSkills(options: BuiltinSkillOptions): readonly Skill[] {
  const { now, allowedHosts, root, memory } = options;
  return [
    clockSkill(now),
    calculatorSkill(),
    httpFetchSkill({ allowedHosts }),
    httpSendSkill({ allowedHosts }),
    listFilesSkill(root),
    readFileSkill(root),
    writeFileSkill(root),
    delegateSkill(),
    scheduleSkill(),
    ...(memory ? [rememberSkill(), recallSkill(), forgetSkill()] : []),
  ];
}
