/**
 * Test support: server-sent events as OpenAI and Anthropic send them. Never part of a running node.
 *
 * @module
 */
/** What an answer reports to have used. */
export interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** A tool call, its arguments in the pieces in which they are sent. */
export interface WireCall {
  readonly name: string;
  readonly pieces: readonly string[];
}

/** One wire format. */
export interface WireFrames {
  /** The body of an answer that is an error. */
  fault(type: string, message: string): Record<string, unknown>;
  /** Events up to, and without, the end. */
  body(
    model: string,
    deltas: readonly string[],
    calls: readonly WireCall[],
    usage: WireUsage,
  ): string[];
  /** The events that end an answer. */
  end(model: string, called: boolean, usage: WireUsage, reason: string | undefined): string[];
  /** An event with this text as its data. */
  data(text: string): string;
  /** An error inside a stream. */
  error(error: { readonly type: string; readonly message: string }): string;
}

/** OpenAI's chat completion chunks. */
export const openAiFrames: WireFrames = {
  fault: (type, message) => ({ error: { message, type, param: null, code: null } }),
  body: (model, deltas, calls) => [
    openAiChunk(model, { role: "assistant", content: "" }),
    ...deltas.map((content) => openAiChunk(model, { content })),
    ...calls.flatMap(({ name, pieces }, index) => [
      openAiChunk(model, {
        tool_calls: [{
          index,
          id: `call_wire_${index}`,
          type: "function",
          function: { name, arguments: "" },
        }],
      }),
      ...pieces.map((piece) =>
        openAiChunk(model, { tool_calls: [{ index, function: { arguments: piece } }] })
      ),
    ]),
  ],
  end: (model, called, usage, reason = called ? "tool_calls" : "stop") => [
    openAiChunk(model, {}, reason),
    openAiData({
      ...OPENAI_HEAD,
      model,
      choices: [],
      usage: {
        prompt_tokens: usage.input_tokens,
        completion_tokens: usage.output_tokens,
        total_tokens: usage.input_tokens + usage.output_tokens,
      },
    }),
    "data: [DONE]\n\n",
  ],
  data: (text) => `data: ${text}\n\n`,
  error: ({ type, message }) => openAiData({ error: { message, type, param: null, code: null } }),
};

const OPENAI_HEAD = {
  id: "chatcmpl-wire",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
};

function openAiChunk(
  model: string,
  delta: Record<string, unknown>,
  finish_reason: string | null = null,
): string {
  return openAiData({
    ...OPENAI_HEAD,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
    usage: null,
  });
}

function openAiData(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** Anthropic's message events. */
export const anthropicFrames: WireFrames = {
  fault: (type, message) => ({ type: "error", error: { type, message } }),
  body: (model, deltas, calls, usage) => {
    const texts = deltas.map((text) => ({ type: "text_delta", text }));
    const blocks = [
      ...(texts.length > 0 ? [{ block: { type: "text", text: "" }, deltas: texts }] : []),
      ...calls.map(({ name, pieces }, i) => ({
        block: { type: "tool_use", id: `toolu_wire_${i}`, name, input: {} },
        deltas: ["", ...pieces].map((partial_json) => ({ type: "input_json_delta", partial_json })),
      })),
    ];
    return [
      anthropicEvent({
        type: "message_start",
        message: {
          id: "msg_wire",
          type: "message",
          role: "assistant",
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: usage.input_tokens, output_tokens: 1 },
        },
      }),
      anthropicEvent({ type: "ping" }),
      ...blocks.flatMap(({ block, deltas }, index) => [
        anthropicEvent({ type: "content_block_start", index, content_block: block }),
        ...deltas.map((delta) => anthropicEvent({ type: "content_block_delta", index, delta })),
        anthropicEvent({ type: "content_block_stop", index }),
      ]),
    ];
  },
  end: (_model, called, usage, stop_reason = called ? "tool_use" : "end_turn") => [
    anthropicEvent({
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output_tokens },
    }),
    anthropicEvent({ type: "message_stop" }),
  ],
  data: (text) => `event: content_block_delta\ndata: ${text}\n\n`,
  error: (error) => anthropicEvent({ type: "error", error }),
};

function anthropicEvent(value: { readonly type: string; readonly [key: string]: unknown }): string {
  return `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
}
