/**
 * What a provider call leaves behind for operators: a span by OpenTelemetry's conventions for
 * generative AI, and metrics.
 *
 * @module
 */
import {
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import type { Metrics } from "../telemetry/port.ts";
import { ModelError, type ProviderAnswer, type ProviderRequest } from "./port.ts";

const MS_PER_SECOND = 1000;

/** The metrics of model calls. */
export type ModelMetrics = Pick<
  Metrics,
  "llmLatencySeconds" | "llmRequestsTotal" | "llmTokensTotal" | "llmCostUsdTotal"
>;

/** What observing takes. */
export interface CallObserver {
  readonly tracer: Tracer;
  readonly metrics: ModelMetrics;
  readonly clock: Clock;
}

/** Runs one call of a provider, observed. `costOf`: what an answer costs, in US dollars. */
export async function observeCall(
  { tracer, metrics, clock }: CallObserver,
  call: {
    readonly provider: string;
    readonly request: ProviderRequest;
    readonly costOf: (answer: ProviderAnswer) => number;
  },
  run: () => Promise<ProviderAnswer>,
): Promise<ProviderAnswer> {
  const { provider, request, costOf } = call;
  const labels = { provider, model: request.model };
  const span = startSpan(tracer, provider, request);
  const started = clock.monotonic();
  let outcome = "internal";
  try {
    const answer = await context.with(trace.setSpan(context.active(), span), run);
    outcome = "ok";
    describeAnswer(span, answer);
    metrics.llmTokensTotal.inc({ ...labels, direction: "input" }, answer.input_tokens);
    metrics.llmTokensTotal.inc({ ...labels, direction: "output" }, answer.output_tokens);
    metrics.llmCostUsdTotal.inc(labels, costOf(answer));
    return answer;
  } catch (error) {
    if (error instanceof ModelError) outcome = error.details.kind;
    describeError(span, error);
    throw error;
  } finally {
    span.end();
    metrics.llmRequestsTotal.inc({ ...labels, outcome });
    metrics.llmLatencySeconds.observe(labels, (clock.monotonic() - started) / MS_PER_SECOND);
  }
}

function startSpan(tracer: Tracer, provider: string, request: ProviderRequest): Span {
  return tracer.startSpan(`chat ${request.model}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": provider,
      "gen_ai.request.model": request.model,
      "gen_ai.request.max_tokens": request.max_output_tokens,
      ...(request.temperature === null
        ? {}
        : { "gen_ai.request.temperature": request.temperature }),
    },
  });
}

function describeAnswer(span: Span, answer: ProviderAnswer): void {
  span.setAttributes({
    "gen_ai.response.model": answer.model,
    "gen_ai.response.finish_reasons": [answer.finish_reason],
    "gen_ai.usage.input_tokens": answer.input_tokens,
    "gen_ai.usage.output_tokens": answer.output_tokens,
  });
}

function describeError(span: Span, error: unknown): void {
  const details = error instanceof ModelError ? error.details : null;
  const type = details?.status?.toString() ?? details?.kind ??
    (error instanceof Error ? error.name : "_OTHER");
  span.setAttribute("error.type", type);
  span.setStatus({
    code: SpanStatusCode.ERROR,
    ...(error instanceof Error ? { message: error.message } : {}),
  });
}
