/**
 * What tests of skills need.
 *
 * @module
 */
import type { SkillContext } from "./skill.ts";

/** A context that nobody aborts, without secrets. */
export function idleContext(changes: Partial<SkillContext> = {}): SkillContext {
  return {
    signal: new AbortController().signal,
    idempotencyKey: "session/ses_1:1",
    log: () => {},
    secrets: {},
    ...changes,
  };
}
