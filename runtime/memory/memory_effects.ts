/**
 * Carries out what sessions ask of memory: to look, to take what they noted, to forget, and to have a
 * turn looked through. All of it is safe to do again, so a crash has it done again.
 *
 * @module
 */
import type { Effect } from "../../actors/behavior.ts";
import type { CommandOf } from "../../actors/session/commands.ts";
import type { ExtractWork, MemoryWork, RecallWork } from "../../actors/session/memory_request.ts";
import type { Fault } from "../../actors/session/values.ts";
import type { EffectContext, EffectHandler } from "../engine/effect_handler.ts";
import { errorMessage } from "../errors.ts";
import { ModelError } from "../llm/port.ts";
import type { ModelRouter } from "../llm/router.ts";
import type { TextMask } from "../redaction.ts";
import { EXTRACT_PROMPT, extractMessage, readExtraction } from "./extraction.ts";
import { memoryFault } from "./memory_fault.ts";
import { type RecallOptions, recallWithin } from "./recall_within.ts";
import { takeNoted, type TakeOptions } from "./take_noted.ts";

/** Tokens that the answer of a look through a turn may have. */
const EXTRACT_TOKENS_MAX = 1024;

/** What the handlers are made of. */
export interface MemoryEffectOptions
  extends RecallOptions, Omit<TakeOptions, "clock" | "memory" | "mask"> {
  readonly router: Pick<ModelRouter, "call">;
}

/** The handlers, by kind of effect. */
export interface MemoryEffects {
  /** Ends in `memory.found`, whatever happens. */
  readonly memory_recall: EffectHandler;
  /** Ends in `memory.settle`, or in `memory.defer` while memory is away. */
  readonly memory_write: EffectHandler;
  /** Ends in `memory.extract`. */
  readonly memory_extract: EffectHandler;
}

/** Makes the handlers. */
export function createMemoryEffects(options: MemoryEffectOptions): MemoryEffects {
  const { mask } = options;
  return {
    memory_recall: handler(
      mask,
      (input: RecallWork, context) => recallWithin(input, context, options),
      ({ call_id }, error): CommandOf<"memory.found"> => {
        return { type: "memory.found", call_id, items: [], mode: "none", unavailable: error };
      },
    ),
    memory_write: handler(
      mask,
      (input: MemoryWork, context) => takeNoted(input, context, options),
      ({ seq: of }, error): CommandOf<"memory.defer"> => ({ type: "memory.defer", of, error }),
    ),
    memory_extract: handler(
      mask,
      (input: ExtractWork, context) => extract(input, context, options),
      ({ call_id }, error) => extracted(call_id, { error }),
    ),
  };
}

function handler<Input>(
  mask: TextMask,
  carryOut: (input: Input, context: EffectContext) => Promise<unknown>,
  failed: (input: Input, error: Fault) => unknown,
): EffectHandler {
  // The session's own code made this input, in this process: see `actors/session/pending.ts`.
  const run = (effect: Effect, context: EffectContext) => carryOut(effect.input as Input, context);
  return {
    run,
    settle: run,
    failed: (effect, error) => failed(effect.input as Input, memoryFault(error, mask)),
  };
}

async function extract(
  { call_id, conversation, model, fallbacks }: ExtractWork,
  { signal }: EffectContext,
  { router, memory }: MemoryEffectOptions,
): Promise<CommandOf<"memory.extract">> {
  // What is found could not be kept anywhere, and to look for it costs.
  if (memory === null) return extracted(call_id, {});
  const request = {
    model,
    fallbacks,
    system: EXTRACT_PROMPT,
    messages: [{ role: "user" as const, content: extractMessage(conversation) }],
    max_output_tokens: EXTRACT_TOKENS_MAX,
    temperature: null,
    tools: [],
  };
  const ignore = () => {};
  try {
    const { answer, cost_usd } = await router.call(request, {
      signal,
      onDelta: ignore,
      onReset: ignore,
    });
    const { input_tokens, output_tokens } = answer;
    const usage = { input_tokens, output_tokens, cost_usd };
    return extracted(call_id, { items: readExtraction(answer.text), usage });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return extracted(call_id, { error: { code: "model_failed", message: errorMessage(error) } });
  }
}

function extracted(
  call_id: string,
  result: Partial<CommandOf<"memory.extract">>,
): CommandOf<"memory.extract"> {
  const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
  return { type: "memory.extract", call_id, items: [], usage, error: null, ...result };
}
