/**
 * A stream of OpenAI's chat completions, folded to an answer.
 *
 * @module
 */
import { z } from "zod";
import type { ProviderAnswer } from "./port.ts";
import { brokenStream, malformedPiece } from "./sdk_faults.ts";
import type { AnswerFold } from "./sdk_provider.ts";
import { readCall } from "./tool_arguments.ts";

const tokens = z.int().nonnegative().catch(0);

/** What is read of a chunk. Compatible servers leave out much of the rest. */
const chunkSchema = z.object({
  model: z.string().nullish(),
  choices: z.array(z.object({
    delta: z.object({
      content: z.string().nullish(),
      refusal: z.string().nullish(),
      tool_calls: z.array(z.object({
        index: z.int().nullish(),
        id: z.string().nullish(),
        function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() })
          .nullish(),
      })).nullish(),
    }).nullish(),
    finish_reason: z.string().nullish(),
  })).nullish(),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish(),
});

type Chunk = z.output<typeof chunkSchema>;
type CallPiece = NonNullable<
  NonNullable<NonNullable<Chunk["choices"]>[number]["delta"]>["tool_calls"]
>[number];

interface OpenCall {
  readonly index: number;
  readonly id: string;
  name: string;
  arguments: string;
}

/** Folds the chunks of one stream. */
export class OpenAiAnswer implements AnswerFold {
  readonly #provider: string;
  #model: string;
  #text = "";
  #refused = false;
  #finish: string | null = null;
  #usage = { input_tokens: 0, output_tokens: 0 };
  readonly #calls: OpenCall[] = [];

  /** @param model the model that was asked for, in case the stream does not name the one that answers */
  constructor(provider: string, model: string) {
    this.#provider = provider;
    this.#model = model;
  }

  /**
   * Takes the next chunk and returns the piece of text in it.
   *
   * @throws {ModelError} of kind `malformed` when it is no chunk
   */
  add(value: unknown): string {
    const parsed = chunkSchema.safeParse(value);
    if (!parsed.success) throw malformedPiece(this.#provider, z.prettifyError(parsed.error));
    const chunk = parsed.data;
    if (chunk.model) this.#model = chunk.model;
    if (chunk.usage) {
      this.#usage = {
        input_tokens: chunk.usage.prompt_tokens,
        output_tokens: chunk.usage.completion_tokens,
      };
    }
    const choice = chunk.choices?.[0];
    if (choice?.finish_reason) this.#finish = choice.finish_reason;
    for (const piece of choice?.delta?.tool_calls ?? []) this.#addCall(piece);
    if (choice?.delta?.refusal) this.#refused = true;
    const text = (choice?.delta?.content ?? "") + (choice?.delta?.refusal ?? "");
    this.#text += text;
    return text;
  }

  /**
   * The whole answer.
   *
   * @throws {ModelError} of kind `stream_broken` when the stream ended before the answer did
   */
  finish(): ProviderAnswer {
    if (this.#finish === null) {
      throw brokenStream(this.#provider, "the stream ended without a finish_reason");
    }
    return {
      text: this.#text,
      calls: this.#calls.map((call) => readCall(call.name, call.arguments)),
      model: this.#model,
      finish_reason: this.#finishReason(this.#finish),
      ...this.#usage,
    };
  }

  /**
   * A piece continues the last call of its index. Some servers give no index, or the same to every
   * call; there, a new id that comes with a name begins the next call.
   */
  #addCall(piece: CallPiece): void {
    const { name, arguments: text } = piece.function ?? {};
    const last = piece.index == null
      ? this.#calls.at(-1)
      : this.#calls.findLast((call) => call.index === piece.index);
    if (last === undefined || (piece.id && name && piece.id !== last.id)) {
      this.#calls.push({
        index: piece.index ?? this.#calls.length,
        id: piece.id ?? "",
        name: name ?? "",
        arguments: text ?? "",
      });
      return;
    }
    // Most servers send the name once and whole; some repeat it.
    if (last.name === "") last.name = name ?? "";
    last.arguments += text ?? "";
  }

  #finishReason(reason: string): string {
    if (reason === "length") return "length";
    if (reason === "content_filter" || this.#refused) return "filter";
    return this.#calls.length > 0 ? "tool_calls" : "stop";
  }
}
