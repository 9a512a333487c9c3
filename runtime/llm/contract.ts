/**
 * Test support: what every provider of models does, whatever it speaks. Each adapter's tests run it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Json } from "../../actors/behavior.ts";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import type { ModelErrorDetails, ModelProvider, ProviderAnswer, ToolSpec } from "./port.ts";
import { ModelError } from "./port.ts";

/** What a provider is made to do in one clause. */
export type ProviderScene =
  /** Answer with this text, in several deltas. */
  | { readonly does: "say"; readonly text: string }
  /** Propose these calls; then, given their results, say something. */
  | {
    readonly does: "call";
    readonly calls: readonly { readonly skill: string; readonly input: Json }[];
  }
  /** Refuse with the status 503. */
  | { readonly does: "fail" }
  /** Begin an answer and not end it for a long while. */
  | { readonly does: "linger" };

/** A provider that is ready to play its scene. */
export interface StagedProvider extends AsyncDisposable {
  readonly provider: ModelProvider;
  /** The user message to which it plays it. */
  readonly cue: string;
}

const TOOLS: readonly ToolSpec[] = ["calculator", "clock"].map((name) => ({
  name,
  description: `The ${name}.`,
  input_schema: { type: "object", properties: {} },
}));

/** Calls a staged provider and gathers what it says. */
export function ask(
  { provider, cue }: Pick<StagedProvider, "provider" | "cue">,
  { after = [], tools = TOOLS, signal = new AbortController().signal, onDelta = () => {} }: {
    readonly after?: readonly ModelMessage[];
    readonly tools?: readonly ToolSpec[];
    readonly signal?: AbortSignal;
    readonly onDelta?: (text: string) => void;
  } = {},
): { readonly answer: Promise<ProviderAnswer>; readonly deltas: string[] } {
  const deltas: string[] = [];
  const answer = provider.call(
    {
      model: provider.default_model,
      system: "You are terse.",
      messages: [{ role: "user", content: cue }, ...after],
      tools,
      max_output_tokens: 1000,
      temperature: 0.5,
    },
    {
      signal,
      attempt: 1,
      onDelta: (text) => {
        deltas.push(text);
        onDelta(text);
      },
    },
  );
  return { answer, deltas };
}

/** Asserts that a call ends with a {@link ModelError} of these details. */
export async function assertFails(
  answer: Promise<unknown>,
  details: ModelErrorDetails,
  message?: RegExp,
): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof ModelError, `Found ${error}, wanted a ModelError`);
    assert.deepEqual(error.details, details);
    if (message) assert.match(error.message, message);
    return true;
  });
}

/** Registers the suite for one adapter. */
export function testModelProvider(
  name: string,
  stage: (scene: ProviderScene) => StagedProvider | Promise<StagedProvider>,
): void {
  Deno.test(`${name} streams its text in deltas that add up to the answer`, async () => {
    await using staged = await stage({ does: "say", text: "to be or not to be — 是" });
    const { answer, deltas } = ask(staged);
    const { text, calls, finish_reason, model, input_tokens, output_tokens } = await answer;
    assert.equal(text, "to be or not to be — 是");
    assert.equal(deltas.join(""), text);
    assert.ok(deltas.length > 1);
    assert.deepEqual(calls, []);
    assert.equal(finish_reason, "stop");
    assert.equal(model, staged.provider.default_model);
    assert.ok(input_tokens > 0 && output_tokens > 0);
  });

  Deno.test(`${name} proposes parallel calls and goes on from their results`, async () => {
    const calls = [
      { skill: "calculator", input: { expression: "6*7" } },
      { skill: "clock", input: {} },
    ];
    await using staged = await stage({ does: "call", calls });
    const first = await ask(staged).answer;
    assert.deepEqual(first.calls, calls.map((call) => ({ ...call, problem: null })));
    assert.equal(first.finish_reason, "tool_calls");
    const { answer } = ask(staged, {
      after: [
        {
          role: "assistant",
          text: first.text,
          calls: calls.map((call, i) => ({ id: `c.${i}`, ...call })),
        },
        { role: "tool", call_id: "c.0", content: "42", failed: false },
        { role: "tool", call_id: "c.1", content: "no clock here", failed: true },
      ],
    });
    const second = await answer;
    assert.notEqual(second.text, "");
    assert.deepEqual(second.calls, []);
  });

  Deno.test(`${name} reports a refusal as a status that may be tried again`, async () => {
    await using staged = await stage({ does: "fail" });
    const { answer, deltas } = ask(staged);
    await assertFails(answer, { kind: "status", status: 503, retryable: true });
    assert.deepEqual(deltas, []);
  });

  Deno.test(`${name} stops in the middle of an answer when cancelled`, async () => {
    await using staged = await stage({ does: "linger" });
    const controller = new AbortController();
    const { answer, deltas } = ask(staged, {
      signal: controller.signal,
      onDelta: () => controller.abort(),
    });
    await assertFails(answer, { kind: "cancelled", retryable: false });
    assert.equal(deltas.length, 1);
  });

  Deno.test(`${name} does not begin when it is cancelled before`, async () => {
    await using staged = await stage({ does: "say", text: "too late" });
    const { answer, deltas } = ask(staged, { signal: AbortSignal.abort() });
    await assertFails(answer, { kind: "cancelled", retryable: false });
    assert.deepEqual(deltas, []);
  });
}
