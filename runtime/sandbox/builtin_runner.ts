/**
 * Runs built-in skills: trusted code, so in the server itself, within the same bounds of time and
 * output as any other. What does not heed its signal goes on unheard.
 *
 * @module
 */
import type { Skill, SkillContext } from "../../skills/skill.ts";
import type { Clock } from "../clock.ts";
import { fault, type SkillReply } from "./fault.ts";
import { invokeSkill, type SkillInvocation } from "./invoke.ts";

/** One call of a built-in skill. */
export interface BuiltinCall {
  readonly skill: Skill;
  readonly invocation: SkillInvocation;
  readonly timeoutMs: number;
  /** Without a signal: that is made here. */
  readonly context: Omit<SkillContext, "signal">;
  /** Aborts when the call is cancelled. */
  readonly signal: AbortSignal;
}

/** Runs a call. Never rejects for what the skill does. */
export async function runBuiltin(call: BuiltinCall, clock: Clock): Promise<SkillReply> {
  const { skill, invocation, timeoutMs, signal } = call;
  if (signal.aborted) return fault("skill_cancelled", "Call was cancelled before it began");
  const abort = new AbortController();
  const ended = new AbortController();
  const answered = invokeSkill(skill, invocation, { ...call.context, signal: abort.signal });
  const over = clock.sleep(timeoutMs, AbortSignal.any([signal, ended.signal])).then(() => null);
  const reply = await Promise.race([answered, over]);
  // A reason spares each call the making of an exception that nobody sees.
  ended.abort(null);
  if (reply !== null) return reply;
  const overdue = signal.aborted
    ? fault("skill_cancelled", "Call was cancelled")
    : fault("skill_timeout", `Skill ran for ${timeoutMs} ms without an end`);
  abort.abort(new DOMException(overdue.message, "AbortError"));
  return overdue;
}
