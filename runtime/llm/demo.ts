/**
 * A model that needs no key and no network: it echoes, and does what `demo_directives.ts` lists. The
 * same window gets the same answer.
 *
 * @module
 */
import type { ModelMessage } from "../../actors/session/model_request.ts";
import type { Clock } from "../clock.ts";
import { EXTRACT_PROMPT } from "../memory/extraction.ts";
import { extractLines } from "./demo_extraction.ts";
import { DEMO_HELP, type DemoScript, readDemoScript } from "./demo_directives.ts";
import {
  cancelledError,
  ModelError,
  type ModelProvider,
  type ProviderAnswer,
  type ProviderContext,
  type ProviderRequest,
} from "./port.ts";

/** Longest part of a message that is echoed. */
const ECHO_CHARS_MAX = 2000;

/** Tokens are estimated: about one of four characters. */
const CHARS_PER_TOKEN = 4;

/** What a demo provider is made of. */
export interface DemoOptions {
  readonly name: string;
  readonly default_model: string;
  readonly clock: Clock;
}

/** The demo provider. */
export function createDemo({ name, default_model, clock }: DemoOptions): ModelProvider {
  return {
    name,
    default_model,
    async call(request, context) {
      if (context.signal.aborted) throw cancelledError();
      const { message, results } = readWindow(request.messages);
      const script = readDemoScript(message);
      if (context.attempt <= script.fails) throw failure(name, context.attempt, script.fails);
      const calls = script.problem === null && results.length === 0 ? script.calls : [];
      // Asked what is worth remembering, it is not spoken to.
      const extracting = request.system === EXTRACT_PROMPT;
      const words = calls.length > 0
        ? []
        : extracting
        ? toWords(extractLines(message))
        : speak(script, results);
      const said = words.slice(0, request.max_output_tokens);
      await stream(said, script.slow_ms, context, clock);
      return {
        text: said.join(""),
        calls: calls.map((call) => ({ ...call, problem: null })),
        model: request.model,
        finish_reason: finishReason(calls.length, said.length < words.length),
        input_tokens: countInput(request),
        output_tokens: Math.max(1, said.length + calls.length),
      };
    },
  };
}

/** The last thing that the user said, and the results of the calls made since. */
function readWindow(messages: readonly ModelMessage[]): { message: string; results: string[] } {
  const at = messages.findLastIndex((message) => message.role === "user");
  const last = messages[at];
  const skills = new Map<string, string>();
  const results: string[] = [];
  for (const message of messages.slice(at + 1)) {
    if (message.role === "assistant") {
      for (const call of message.calls) skills.set(call.id, call.skill);
    }
    if (message.role === "tool") {
      const skill = skills.get(message.call_id) ?? message.call_id;
      results.push(`${skill} ${message.failed ? "failed" : "returned"}: ${message.content}`);
    }
  }
  return { message: last?.role === "user" ? last.content : "", results };
}

/** The words of an answer that calls nothing. */
function speak(script: DemoScript, results: readonly string[]): string[] {
  if (script.problem !== null) return toWords(`Demo model: ${script.problem}.\n${DEMO_HELP}`);
  const parts: string[][] = [];
  if (results.length > 0) parts.push(toWords(`Demo model: ${results.join("\n")}`));
  if (script.says.length > 0) parts.push(toWords(script.says.join("\n")));
  if (script.tokens > 0) {
    parts.push(Array.from({ length: script.tokens }, (_, i) => i === 0 ? "1" : ` ${i + 1}`));
  }
  if (parts.length === 0) parts.push(toWords(echo(script.rest)));
  return parts.flatMap((words, i) => i === 0 ? words : ["\n", ...words]);
}

function echo(text: string): string {
  if (text === "") return `Demo model: you said nothing.\n${DEMO_HELP}`;
  const cut = text.length > ECHO_CHARS_MAX ? `${text.slice(0, ECHO_CHARS_MAX)}…` : text;
  return `Demo model (no real one is configured): you said: ${cut.toWellFormed()}`;
}

/** Each word with the space before it. */
function toWords(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

async function stream(
  words: readonly string[],
  slowMs: number,
  { signal, onDelta }: ProviderContext,
  clock: Clock,
): Promise<void> {
  // An answer without text takes as long as one of a single delta.
  for (const word of words.length > 0 ? words : [""]) {
    await (slowMs > 0 ? clock.sleep(slowMs, signal) : clock.yield());
    if (signal.aborted) throw cancelledError();
    if (word !== "") onDelta(word);
  }
}

function failure(name: string, attempt: number, fails: number): ModelError {
  return new ModelError(
    `Provider ${name} answered with status 503: attempt ${attempt} of ${fails} that /fail asked for`,
    { kind: "status", status: 503, retryable: true },
  );
}

function finishReason(calls: number, cut: boolean): ProviderAnswer["finish_reason"] {
  if (cut) return "length";
  return calls > 0 ? "tool_calls" : "stop";
}

function countInput({ system, messages }: ProviderRequest): number {
  const chars = messages.reduce((sum, message) => sum + messageChars(message), system.length);
  return Math.ceil(chars / CHARS_PER_TOKEN);
}

/** Messages never change, and those of the transcript come again with every call of their session. */
const counted = new WeakMap<ModelMessage, number>();

function messageChars(message: ModelMessage): number {
  if (message.role !== "assistant") return message.content.length;
  const known = counted.get(message);
  if (known !== undefined) return known;
  const { text, calls } = message;
  const chars = calls.reduce((sum, call) => sum + JSON.stringify(call.input).length, text.length);
  counted.set(message, chars);
  return chars;
}
