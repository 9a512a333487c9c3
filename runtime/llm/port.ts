/**
 * The port to one model provider. It streams, offers tools, and knows nothing of retries, fallbacks
 * or prices: those are the router's.
 *
 * @module
 */
import type { Json } from "../../actors/behavior.ts";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import { SynapseError } from "../errors.ts";

/** A skill as a model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly input_schema: Record<string, unknown>;
}

/** One call of one provider. */
export interface ProviderRequest {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  readonly max_output_tokens: number;
  readonly temperature: number | null;
}

/** What a call is given besides the request. */
export interface ProviderContext {
  readonly signal: AbortSignal;
  /** 1 for the first try of this call at any provider, then counting up. */
  readonly attempt: number;
  /** Takes each piece of the answer's text as it arrives. */
  readonly onDelta: (text: string) => void;
}

/** A call that the model proposes. `problem` says why its arguments could not be read. */
export interface ProviderCall {
  readonly skill: string;
  readonly input: Json;
  readonly problem: string | null;
}

/** A whole answer. */
export interface ProviderAnswer {
  /** All deltas joined. */
  readonly text: string;
  readonly calls: readonly ProviderCall[];
  /** The model that answered, as the provider names it. */
  readonly model: string;
  /** `stop`, `tool_calls`, `length` or `filter`. */
  readonly finish_reason: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** A provider of models. */
export interface ModelProvider {
  readonly name: string;
  readonly default_model: string;
  /** @throws {ModelError} for everything that can go wrong; never returns half an answer */
  call(request: ProviderRequest, context: ProviderContext): Promise<ProviderAnswer>;
}

/**
 * What went wrong.
 *
 * - `status`: the provider answered with an HTTP status that is no success.
 * - `connection`: it could not be reached.
 * - `stream_broken`: the answer stopped before its end.
 * - `malformed`: the answer is not in the provider's format.
 * - `deadline`: the answer was not complete in time.
 * - `breaker_open`: the provider failed so often that it is left alone for a while.
 * - `configuration`: the call cannot be made as things are set up.
 * - `cancelled`: nobody wants the answer any more.
 */
export type ModelErrorKind =
  | "status"
  | "connection"
  | "stream_broken"
  | "malformed"
  | "deadline"
  | "breaker_open"
  | "configuration"
  | "cancelled";

/** Why a call failed, and whether another try can help. */
export interface ModelErrorDetails {
  readonly kind: ModelErrorKind;
  readonly retryable: boolean;
  readonly status?: number;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retry_after_ms?: number;
  /** Tries made in all; set by the router. */
  readonly attempts?: number;
}

/** A model call that did not end with an answer. */
export class ModelError extends SynapseError {
  override readonly name = "ModelError";
  readonly details: ModelErrorDetails;

  constructor(message: string, details: ModelErrorDetails, cause?: unknown) {
    super("model_failed", message, { data: { ...details }, cause });
    this.details = details;
  }
}

/** The error of a call that nobody wants any more. */
export function cancelledError(): ModelError {
  return new ModelError("Model call was cancelled", { kind: "cancelled", retryable: false });
}
