/**
 * Carries out a session's model calls: offers the skills, gets the answer from the router, and tells the
 * session what it needs to know about the calls that the model proposes.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import type { CommandOf } from "../../actors/session/commands.ts";
import type { ModelWork } from "../../actors/session/model_request.ts";
import type { Fault } from "../../actors/session/values.ts";
import type { EffectContext, EffectHandler } from "../engine/effect_handler.ts";
import { errorMessage } from "../errors.ts";
import type { Skills } from "../sandbox/port.ts";
import { ModelError } from "./port.ts";
import { offeredSkills, proposeCalls } from "./proposed_calls.ts";
import type { ModelRequest, ModelResult, ModelRouter } from "./router.ts";

/** What the handlers are made of. */
export interface ModelEffectOptions {
  readonly router: Pick<ModelRouter, "call">;
  readonly skills: Pick<Skills, "get" | "list" | "checkInput">;
  /** `skill_calls_per_answer`: calls of one answer; those beyond fail. */
  readonly limits: { readonly skill_calls_per_answer: number };
}

/** The handlers of the effects `model` and `compact`; the input of both is {@link ModelWork}. */
export interface ModelEffects {
  /** Ends in `llm.complete` or `llm.fail`. */
  readonly model: EffectHandler;
  /** Ends in `context.compact`. */
  readonly compact: EffectHandler;
}

/** Makes the handlers. */
export function createModelEffects(options: ModelEffectOptions): ModelEffects {
  return {
    model: retried({
      run: (work, context) => answer(work, context, options),
      failed: llmFail,
    }),
    compact: retried({
      run: (work, context) => summarise(work, context, options.router),
      failed: degraded,
    }),
  };
}

/** A handler of effects that are safe to run again: what a crash interrupted is simply run again. */
function retried(handler: {
  run(work: ModelWork, context: EffectContext): Promise<unknown>;
  failed(work: ModelWork, error: unknown): unknown;
}): EffectHandler {
  const run = async (effect: Effect, context: EffectContext) => {
    const work = workOf(effect);
    try {
      return await handler.run(work, context);
    } catch (error) {
      // A defect is for the engine to report; it asks `failed` then.
      if (error instanceof ModelError) return handler.failed(work, error);
      throw error;
    }
  };
  return {
    run,
    settle: run,
    failed: (effect, error) => handler.failed(workOf(effect), error),
  };
}

/** The session's own code made this input, in this process: see `actors/session/pending.ts`. */
function workOf(effect: Effect): ModelWork {
  return effect.input as ModelWork;
}

async function answer(
  work: ModelWork,
  context: EffectContext,
  { router, skills, limits }: ModelEffectOptions,
): Promise<CommandOf<"llm.complete">> {
  const offered = offeredSkills(work, skills);
  const tools = offered.map(({ name, description, input_schema }) => ({
    name,
    description,
    input_schema,
  }));
  const result = await router.call({ ...requestOf(work), tools }, {
    signal: context.signal,
    onDelta: (text) => context.delta(text),
    onReset: () => context.reset(),
  });
  const { text, model, finish_reason } = result.answer;
  return {
    type: "llm.complete",
    call_id: work.call_id,
    text,
    calls: await proposeCalls(result.answer.calls, {
      offered,
      skills,
      max: limits.skill_calls_per_answer,
    }),
    provider: result.provider,
    model,
    finish_reason,
    usage: usageOf(result),
    attempts: result.attempts,
  };
}

function llmFail({ call_id }: ModelWork, error: unknown): CommandOf<"llm.fail"> {
  const attempts = error instanceof ModelError ? error.details.attempts ?? 0 : 0;
  return { type: "llm.fail", call_id, error: faultOf(error), attempts };
}

/** Nobody watches a summary being written: it is not part of the conversation. */
async function summarise(
  work: ModelWork,
  { signal }: EffectContext,
  router: ModelEffectOptions["router"],
): Promise<CommandOf<"context.compact">> {
  const ignore = () => {};
  const request = { ...requestOf(work), tools: [] };
  const result = await router.call(request, { signal, onDelta: ignore, onReset: ignore });
  const usage = usageOf(result);
  const summary = result.answer.text.trim();
  if (summary === "") {
    const error = new ModelError("Model answered with no text, wanted a summary", {
      kind: "malformed",
      retryable: false,
    });
    return { ...degraded(work, error), usage };
  }
  return { type: "context.compact", call_id: work.call_id, summary, usage, degraded: null };
}

/** The turn goes on without a summary, and the model is told that there is none. */
function degraded({ call_id }: ModelWork, error: unknown): CommandOf<"context.compact"> {
  return {
    type: "context.compact",
    call_id,
    summary:
      "(Older turns could not be summarised and are missing here. Ask the user about what you need from them.)",
    usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    degraded: faultOf(error),
  };
}

function requestOf(work: ModelWork): Omit<ModelRequest, "tools"> {
  const { model, fallbacks, system, messages, max_output_tokens, temperature } = work;
  return { model, fallbacks, system, messages, max_output_tokens, temperature };
}

function usageOf({ answer, cost_usd }: ModelResult): CommandOf<"llm.complete">["usage"] {
  return { input_tokens: answer.input_tokens, output_tokens: answer.output_tokens, cost_usd };
}

function faultOf(error: unknown): Fault {
  const cancelled = error instanceof ModelError && error.details.kind === "cancelled";
  return { code: cancelled ? "cancelled" : "model_failed", message: errorMessage(error) };
}
