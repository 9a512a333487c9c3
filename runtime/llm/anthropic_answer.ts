/**
 * A stream of Anthropic's messages, folded to an answer.
 *
 * @module
 */
import { z } from "zod";
import type { ProviderAnswer } from "./port.ts";
import { brokenStream, malformedPiece } from "./sdk_faults.ts";
import type { AnswerFold } from "./sdk_provider.ts";
import { readCall } from "./tool_arguments.ts";

const tokens = z.int().nonnegative().nullish();
const usageSchema = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_creation_input_tokens: tokens,
  cache_read_input_tokens: tokens,
});
type WireUsage = z.output<typeof usageSchema>;

/** What is read of the stream; events of other types are passed over, as the API asks for. */
const eventSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("message_start"),
    message: z.object({ model: z.string(), usage: usageSchema }),
  }),
  z.object({
    type: z.literal("content_block_start"),
    index: z.int(),
    content_block: z.object({
      type: z.string(),
      name: z.string().optional(),
      text: z.string().optional(),
      input: z.json().optional(),
    }),
  }),
  z.object({
    type: z.literal("content_block_delta"),
    index: z.int(),
    delta: z.object({
      type: z.string(),
      text: z.string().optional(),
      partial_json: z.string().optional(),
    }),
  }),
  z.object({
    type: z.literal("message_delta"),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: usageSchema.nullish(),
  }),
  z.object({ type: z.literal("message_stop") }),
]);
type WireEvent = z.output<typeof eventSchema>;

const READ_TYPES: ReadonlySet<unknown> = new Set(
  eventSchema.options.flatMap((option) => [...option.shape.type.values]),
);

const FINISH_REASONS: Readonly<Record<string, string>> = {
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "filter",
};

interface OpenCall {
  readonly name: string;
  /** Sent whole by some compatible servers; by Anthropic empty, with the pieces following. */
  readonly input: unknown;
  pieces: string;
}

/** Folds the events of one stream. */
export class AnthropicAnswer implements AnswerFold {
  readonly #provider: string;
  #model: string;
  #text = "";
  #finish: string | null = null;
  #stopped = false;
  #usage: WireUsage = {};
  readonly #calls = new Map<number, OpenCall>();

  /** @param model the model that was asked for, in case the stream does not name the one that answers */
  constructor(provider: string, model: string) {
    this.#provider = provider;
    this.#model = model;
  }

  /**
   * Takes the next event and returns the piece of text in it.
   *
   * @throws {ModelError} of kind `malformed` when it is no event
   */
  add(value: unknown): string {
    if (isOfOtherType(value)) return "";
    const parsed = eventSchema.safeParse(value);
    if (!parsed.success) throw malformedPiece(this.#provider, z.prettifyError(parsed.error));
    const text = this.#fold(parsed.data);
    this.#text += text;
    return text;
  }

  /**
   * The whole answer.
   *
   * @throws {ModelError} of kind `stream_broken` when the stream ended before the answer did
   */
  finish(): ProviderAnswer {
    if (!this.#stopped || this.#finish === null) {
      throw brokenStream(this.#provider, "the stream ended without a stop_reason and message_stop");
    }
    const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } =
      this.#usage;
    return {
      text: this.#text,
      calls: [...this.#calls.values()].map(({ name, input, pieces }) =>
        readCall(name, pieces || JSON.stringify(input ?? {}))
      ),
      model: this.#model,
      finish_reason: FINISH_REASONS[this.#finish] ?? "stop",
      input_tokens: (input_tokens ?? 0) + (cache_creation_input_tokens ?? 0) +
        (cache_read_input_tokens ?? 0),
      output_tokens: output_tokens ?? 0,
    };
  }

  #fold(event: WireEvent): string {
    switch (event.type) {
      case "message_start":
        this.#model = event.message.model;
        this.#count(event.message.usage);
        return "";
      case "content_block_start": {
        const { type, name = "", input, text = "" } = event.content_block;
        if (type === "tool_use") this.#calls.set(event.index, { name, input, pieces: "" });
        return type === "text" ? text : "";
      }
      case "content_block_delta": {
        const { type, text = "", partial_json = "" } = event.delta;
        const call = this.#calls.get(event.index);
        if (type === "input_json_delta" && call) call.pieces += partial_json;
        return type === "text_delta" ? text : "";
      }
      case "message_delta":
        this.#finish = event.delta.stop_reason ?? this.#finish;
        this.#count(event.usage ?? {});
        return "";
      case "message_stop":
        this.#stopped = true;
        return "";
      default:
        return event satisfies never;
    }
  }

  /** Counts are cumulative: what a later event says replaces the earlier, what it leaves out stays. */
  #count(usage: WireUsage): void {
    const said = Object.entries(usage).filter(([, count]) => count != null);
    this.#usage = { ...this.#usage, ...Object.fromEntries(said) };
  }
}

function isOfOtherType(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && !READ_TYPES.has(value.type);
}
