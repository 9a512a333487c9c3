/**
 * Test support: a provider that does what it is told, call by call. Never part of a running node.
 *
 * @module
 */
import {
  ModelError,
  type ModelErrorDetails,
  type ModelProvider,
  type ProviderAnswer,
  type ProviderContext,
  type ProviderRequest,
} from "./port.ts";

/** What one call does. */
export type ScriptedCall = (
  request: ProviderRequest,
  context: ProviderContext,
) => Promise<ProviderAnswer>;

/** A provider with a script. */
export interface ScriptedProvider extends ModelProvider {
  /** The calls so far. */
  readonly requests: ProviderRequest[];
}

/** Makes one. Its calls go through the script in order; the last one is repeated. */
export function scriptedProvider(name: string, ...script: ScriptedCall[]): ScriptedProvider {
  const requests: ProviderRequest[] = [];
  return {
    name,
    default_model: `${name}-default`,
    requests,
    call(request, context) {
      requests.push(request);
      return script[Math.min(requests.length, script.length) - 1]!(request, context);
    },
  };
}

/** Answers with this text, in one delta. */
export function answers(text: string, more: Partial<ProviderAnswer> = {}): ScriptedCall {
  return ({ model }, { onDelta }) => {
    onDelta(text);
    const usage = { input_tokens: 10, output_tokens: 5 };
    return Promise.resolve({
      text,
      calls: [],
      model,
      finish_reason: "stop",
      ...usage,
      ...more,
    });
  };
}

/** Fails, after this text if any. */
export function fails(details: ModelErrorDetails, text = ""): ScriptedCall {
  return (_request, { onDelta }) => {
    if (text !== "") onDelta(text);
    return Promise.reject(new ModelError(`Failed by script with ${details.kind}`, details));
  };
}

/** Never ends, and does not even look at its signal; says this text first. */
export function hangs(text = ""): ScriptedCall {
  return (_request, { onDelta }) => {
    if (text !== "") onDelta(text);
    return new Promise(() => {});
  };
}
