/**
 * Spans. Deno exports them when it is started with `OTEL_DENO=true`; without that they cost nothing
 * and go nowhere.
 *
 * @module
 */
import { type Attributes, type Span, SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { errorCode, errorMessage } from "../errors.ts";
import { redactText } from "../redaction.ts";
import { VERSION } from "../version.ts";

export type { Attributes, Span, Tracer };

/** A source of spans, named after the part of the runtime that makes them: `synapse.llm`. */
export function tracer(name: string): Tracer {
  return trace.getTracer(name, VERSION);
}

/**
 * Runs a function inside a span, which is the parent of the spans that it starts. The span ends with
 * the function; what that throws is recorded (`error.type` is the code) and thrown on.
 */
export function withSpan<Result>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<Result>,
): Promise<Result> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await fn(span);
    } catch (error) {
      const message = redactText(errorMessage(error));
      span.setAttribute("error.type", errorCode(error));
      span.recordException({ name: error instanceof Error ? error.name : "unknown", message });
      span.setStatus({ code: SpanStatusCode.ERROR, message });
      throw error;
    } finally {
      span.end();
    }
  });
}
