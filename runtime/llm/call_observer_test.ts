import assert from "node:assert/strict";
import {
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { ManualClock } from "../manual_clock.ts";
import { observeCall } from "./call_observer.ts";
import { ModelError, type ProviderAnswer } from "./port.ts";
import { RecordedMetrics } from "./recorded_metrics.ts";

interface SeenSpan {
  name: string;
  attributes: Record<string, unknown>;
  status: unknown;
  ended: boolean;
}

/** A tracer that keeps its spans. */
function recordingTracer(): { tracer: Tracer; spans: SeenSpan[] } {
  const spans: SeenSpan[] = [];
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const seen: SeenSpan = {
      name,
      attributes: { ...options.attributes },
      status: null,
      ended: false,
    };
    spans.push(seen);
    const span: Span = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {
      setAttribute: (key: string, value: unknown) => (seen.attributes[key] = value, span),
      setAttributes: (more: object) => (Object.assign(seen.attributes, more), span),
      setStatus: (status: unknown) => (seen.status = status, span),
      end: () => void (seen.ended = true),
    });
    return span;
  };
  const tracer: Tracer = {
    startSpan,
    startActiveSpan: () => assert.fail("not used"),
  };
  return { tracer, spans };
}

const request = {
  model: "small",
  system: "",
  messages: [],
  tools: [],
  max_output_tokens: 100,
  temperature: 0.5,
};

function observe(run: (clock: ManualClock) => Promise<ProviderAnswer>) {
  const { tracer, spans } = recordingTracer();
  const metrics = new RecordedMetrics();
  const clock = new ManualClock();
  const call = { provider: "openai", request, costOf: () => 0.25 };
  const result = observeCall({ tracer, metrics, clock }, call, () => run(clock));
  return { result, spans, metrics };
}

Deno.test("observeCall() describes an answer by the conventions for generative AI", async () => {
  const { result, spans, metrics } = observe(async (clock) => {
    await clock.advance(1500);
    return {
      text: "hi",
      calls: [],
      model: "small-2026",
      finish_reason: "stop",
      input_tokens: 10,
      output_tokens: 5,
    };
  });
  await result;
  assert.deepEqual(spans, [{
    name: "chat small",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "small",
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.response.model": "small-2026",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    },
    status: null,
    ended: true,
  }]);
  assert.deepEqual(metrics.sums, {
    "tokens openai small input": 10,
    "tokens openai small output": 5,
    "cost openai small": 0.25,
    "requests openai small ok": 1,
    "latency openai small": 1.5,
  });
});

Deno.test("observeCall() names the error by its status, else by its kind", async () => {
  const errors: [ModelError, string, string][] = [
    [new ModelError("Busy", { kind: "status", status: 429, retryable: true }), "429", "status"],
    [new ModelError("Late", { kind: "deadline", retryable: true }), "deadline", "deadline"],
  ];
  for (const [error, type, outcome] of errors) {
    const { result, spans, metrics } = observe(() => Promise.reject(error));
    await assert.rejects(result, error);
    assert.equal(spans[0]?.attributes["error.type"], type);
    assert.deepEqual(spans[0]?.status, { code: 2, message: error.message });
    assert.equal(spans[0]?.ended, true);
    assert.equal(metrics.sums[`requests openai small ${outcome}`], 1);
  }
});
