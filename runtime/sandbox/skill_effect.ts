/**
 * Carries out the effect `skill`: one call, and the command that tells the session how it ended.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import type { CommandOf, SessionCommand } from "../../actors/session/commands.ts";
import type { SkillWork } from "../../actors/session/model_request.ts";
import { errorMessage } from "../errors.ts";
import type { EffectContext, EffectHandler } from "../engine/effect_handler.ts";
import type { SkillCall, Skills } from "./port.ts";

/** Makes the handler for effects of kind `skill`, whose input is a {@link SkillWork}. */
export function createSkillEffect({ skills }: { skills: Skills }): EffectHandler {
  const run = async (work: SkillWork, signal: AbortSignal): Promise<SessionCommand> => {
    const outcome = await skills.run(callOf(work, signal));
    const { call_id } = work;
    const { ms } = outcome;
    return outcome.ok
      ? { type: "skill.complete", call_id, output: outcome.output, via: "run", ms }
      : failure(call_id, outcome.code, outcome.message, ms);
  };
  return {
    run: (effect, { signal }: EffectContext) => run(workOf(effect), signal),
    async settle(effect, { signal }: EffectContext): Promise<SessionCommand> {
      const work = workOf(effect);
      const { call_id } = work;
      const known = await skills.lookup(callOf(work, signal));
      if (known === null) return { type: "skill.interrupt", call_id };
      // The skill is sure that the call never happened: running it now starts it once, not twice.
      if (!known.done) return await run(work, signal);
      return { type: "skill.complete", call_id, output: known.output, via: "lookup", ms: known.ms };
    },
    failed: (effect, error) =>
      failure(workOf(effect).call_id, "internal", errorMessage(error), 0) satisfies SessionCommand,
  };
}

function workOf(effect: Effect): SkillWork {
  return effect.input as SkillWork;
}

function callOf({ skill, input, key }: SkillWork, signal: AbortSignal): SkillCall {
  return { skill, input, key, signal };
}

function failure(
  call_id: string,
  code: string,
  message: string,
  ms: number,
): CommandOf<"skill.fail"> {
  return { type: "skill.fail", call_id, error: { code, message }, ms };
}
