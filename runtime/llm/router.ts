/**
 * Gets an answer from the first model that gives one: ordered fallbacks, retries with growing waits, and
 * for each provider a circuit breaker, a limit on calls at once and a deadline.
 *
 * @module
 */
import type { Tracer } from "@opentelemetry/api";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import type { Clock } from "../clock.ts";
import type { Entropy } from "../entropy.ts";
import type { Logger } from "../telemetry/port.ts";
import { backoffMs, type BackoffSettings } from "./backoff.ts";
import type { BreakerSettings } from "./breaker.ts";
import { type ModelMetrics, observeCall } from "./call_observer.ts";
import { callWithDeadline } from "./deadline.ts";
import {
  cancelledError,
  ModelError,
  type ModelProvider,
  type ProviderAnswer,
  type ToolSpec,
} from "./port.ts";
import { costUsd, type Prices } from "./pricing.ts";
import { ProviderGate } from "./provider_gate.ts";
import { type Candidate, resolveCandidates } from "./routing.ts";

/** What holds for one provider. */
export interface ProviderSettings {
  /** Calls under way at once; the others wait in line. */
  readonly max_concurrency: number;
  /** Milliseconds from the start of a call to the end of its answer. */
  readonly deadline_ms: number;
  readonly prices: Prices;
}

/** What a router is made of. */
export interface ModelRouterOptions {
  readonly providers: readonly ModelProvider[];
  readonly default_provider: string;
  /** By the provider's name; one for each provider. */
  readonly settings: Readonly<Record<string, ProviderSettings>>;
  /** `attempts`: calls of one candidate before the next one's turn. */
  readonly retry: BackoffSettings & { readonly attempts: number };
  /** `DEFAULT_BREAKER` unless given. */
  readonly breaker?: BreakerSettings;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly metrics: ModelMetrics;
  readonly log: Logger;
  readonly tracer: Tracer;
}

/** One model call, whoever answers it. */
export interface ModelRequest {
  /** `provider/model`, `provider`, or null for the default provider. */
  readonly model: string | null;
  readonly fallbacks: readonly string[];
  readonly system: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  readonly max_output_tokens: number;
  readonly temperature: number | null;
}

/** What a call is given besides the request. */
export interface ModelRequestContext {
  readonly signal: AbortSignal;
  /** Takes each piece of text as it arrives. */
  readonly onDelta: (text: string) => void;
  /** The pieces so far are void: the answer begins again. */
  readonly onReset: () => void;
}

/** An answer, and what it took. */
export interface ModelResult {
  readonly answer: ProviderAnswer;
  /** The provider that answered. */
  readonly provider: string;
  readonly cost_usd: number;
  /** Calls of all providers, the last one included. */
  readonly attempts: number;
}

interface Lane {
  readonly provider: ModelProvider;
  readonly settings: ProviderSettings;
  readonly gate: ProviderGate;
}

/** A call on its way through the candidates. */
interface Journey {
  readonly request: ModelRequest;
  readonly context: ModelRequestContext;
  attempts: number;
  /** Whether pieces of an answer that failed have been passed on. */
  stale: boolean;
}

/** Routes model calls. */
export class ModelRouter {
  readonly #options: ModelRouterOptions;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #defaultModels: ReadonlyMap<string, string>;

  constructor(options: ModelRouterOptions) {
    this.#options = options;
    this.#lanes = new Map(options.providers.map((provider) => {
      const settings = options.settings[provider.name];
      if (settings === undefined) throw misconfigured(`Provider ${provider.name} has no settings`);
      const gate = new ProviderGate(provider.name, {
        max_concurrency: settings.max_concurrency,
        clock: options.clock,
        ...(options.breaker ? { breaker: options.breaker } : {}),
      });
      return [provider.name, { provider, settings, gate }];
    }));
    this.#defaultModels = new Map(
      options.providers.map(({ name, default_model }) => [name, default_model]),
    );
  }

  /**
   * Gets an answer.
   *
   * @throws {ModelError} when nobody gives one: of kind `configuration` when a provider named does not
   * exist, `cancelled` when the signal aborts, else of the last failure's kind; `details.attempts` counts
   */
  async call(request: ModelRequest, context: ModelRequestContext): Promise<ModelResult> {
    const candidates = resolveCandidates(request, {
      default_models: this.#defaultModels,
      default_provider: this.#options.default_provider,
    });
    const journey: Journey = { request, context, attempts: 0, stale: false };
    const failures: ModelError[] = [];
    for (const candidate of candidates) {
      const outcome = await this.#tryCandidate(candidate, journey);
      if (!(outcome instanceof ModelError)) return outcome;
      failures.push(outcome);
      if (outcome.details.kind === "cancelled") break;
    }
    throw finalError(failures, journey.attempts);
  }

  /** Calls one candidate until it answers or another try makes no sense. */
  async #tryCandidate(candidate: Candidate, journey: Journey): Promise<ModelResult | ModelError> {
    const { clock, entropy, retry, log } = this.#options;
    let last: ModelError | null = null;
    for (let tries = 1;; tries++) {
      const outcome = await this.#attempt(candidate, journey);
      if (!(outcome instanceof ModelError)) return outcome;
      const { kind, status, retryable, retry_after_ms } = outcome.details;
      if (kind === "cancelled") return outcome;
      // What opened the breaker says more than that it is open.
      if (kind === "breaker_open") return last ?? outcome;
      last = outcome;
      const again = retryable && tries < retry.attempts;
      const wait_ms = again
        ? backoffMs(retry, {
          tries,
          random: entropy.random(),
          ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
        })
        : null;
      log.warn({ ...candidate, tries, kind, status, wait_ms, err: outcome }, "model call failed");
      if (wait_ms === null) return outcome;
      await clock.sleep(wait_ms, journey.context.signal);
    }
  }

  /** One call of one provider. Faults of the provider are values here; anything else is a defect. */
  async #attempt(
    { provider, model }: Candidate,
    journey: Journey,
  ): Promise<ModelResult | ModelError> {
    const { context } = journey;
    const lane = this.#lanes.get(provider);
    if (lane === undefined) throw misconfigured(`Provider ${provider} does not exist`);
    try {
      const { answer, cost_usd } = await lane.gate.run(context.signal, () => {
        if (journey.stale) context.onReset();
        journey.stale = false;
        journey.attempts++;
        return this.#call(lane, model, journey);
      });
      return { answer, provider, cost_usd, attempts: journey.attempts };
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      return context.signal.aborted ? cancelledError() : error;
    }
  }

  async #call(
    { provider, settings }: Lane,
    model: string,
    journey: Journey,
  ): Promise<{ answer: ProviderAnswer; cost_usd: number }> {
    const { clock } = this.#options;
    const { context, attempts: attempt } = journey;
    const { system, messages, tools, max_output_tokens, temperature } = journey.request;
    const request = { model, system, messages, tools, max_output_tokens, temperature };
    const costOf = (answer: ProviderAnswer) =>
      costUsd(settings.prices, { requested: model, answered: answer.model }, answer);
    const onDelta = (text: string) => {
      journey.stale = true;
      context.onDelta(text);
    };
    const answer = await observeCall(
      this.#options,
      { provider: provider.name, request, costOf },
      () =>
        callWithDeadline(provider, request, { signal: context.signal, attempt, onDelta }, {
          clock,
          deadline_ms: settings.deadline_ms,
        }),
    );
    return { answer, cost_usd: costOf(answer) };
  }
}

function misconfigured(message: string): ModelError {
  return new ModelError(message, { kind: "configuration", retryable: false });
}

/** One failure speaks for itself; of several, all have their say and the last gives the details. */
function finalError(failures: readonly ModelError[], attempts: number): ModelError {
  const last = failures.at(-1) ?? misconfigured("No model is configured");
  if (last.details.kind === "cancelled") {
    return new ModelError(last.message, { ...last.details, attempts });
  }
  const reasons = failures.map((failure) => failure.message).join("; ");
  const message = failures.length === 1 && attempts <= 1
    ? reasons
    : `No model answered after ${attempts} attempts: ${reasons}`;
  return new ModelError(message, { ...last.details, attempts }, last);
}
