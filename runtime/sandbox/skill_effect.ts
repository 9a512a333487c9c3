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
import { type Tracer, withSpan } from "../telemetry/traces.ts";
import type { SkillCall, SkillOutcome, Skills } from "./port.ts";

/** What the handler is made of. */
export interface SkillEffectOptions {
  readonly skills: Skills;
  readonly tracer: Tracer;
}

/** Makes the handler for effects of kind `skill`, whose input is a {@link SkillWork}. */
export function createSkillEffect({ skills, tracer }: SkillEffectOptions): EffectHandler {
  const run = async (work: SkillWork, context: EffectContext): Promise<SessionCommand> => {
    const outcome = await observeRun(
      tracer,
      work,
      context,
      () => skills.run(callOf(work, context.signal)),
    );
    const { call_id } = work;
    const { ms } = outcome;
    return outcome.ok
      ? { type: "skill.complete", call_id, output: outcome.output, via: "run", ms }
      : failure(call_id, outcome.code, outcome.message, ms);
  };
  return {
    run: (effect, context) => run(workOf(effect), context),
    async settle(effect, context): Promise<SessionCommand> {
      const work = workOf(effect);
      const { call_id } = work;
      const { signal } = context;
      const known = await skills.lookup(callOf(work, signal));
      if (known === null) return { type: "skill.interrupt", call_id };
      // The skill is sure that the call never happened: running it now starts it once, not twice.
      if (!known.done) return await run(work, context);
      return { type: "skill.complete", call_id, output: known.output, via: "lookup", ms: known.ms };
    },
    failed: (effect, error) =>
      failure(workOf(effect).call_id, "internal", errorMessage(error), 0) satisfies SessionCommand,
  };
}

/** A span by OpenTelemetry's conventions for generative AI. */
function observeRun(
  tracer: Tracer,
  { skill, call_id }: SkillWork,
  { address }: EffectContext,
  run: () => Promise<SkillOutcome>,
): Promise<SkillOutcome> {
  const attributes = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": skill,
    "gen_ai.tool.call.id": call_id,
    "gen_ai.conversation.id": address.id,
  };
  return withSpan(tracer, `execute_tool ${skill}`, attributes, async (span) => {
    const outcome = await run();
    if (!outcome.ok) span.setAttribute("error.type", outcome.code);
    return outcome;
  });
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
