/**
 * Our request in the dialect of Anthropic's messages.
 *
 * @module
 */
import type Anthropic from "@anthropic-ai/sdk";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import type { ProviderRequest } from "./port.ts";
import { windowCallIds, wireInput, wireName } from "./window_calls.ts";

type Body = Anthropic.MessageCreateParamsStreaming;
type Block = Anthropic.ContentBlockParam;
type Turn = { readonly role: "user" | "assistant"; readonly content: Block[] };

/** Anthropic's scale of temperatures ends at 1. */
const TEMPERATURE_MAX = 1;

/** The request's body. */
export function anthropicBody(request: ProviderRequest): Body {
  // Without tools, calls and results in the window are refused: they go as text.
  const asBlocks = request.tools.length > 0 ? toolBlocks(request.messages) : textBlocks;
  return {
    model: request.model,
    max_tokens: request.max_output_tokens,
    messages: toTurns(request.messages, asBlocks),
    ...(request.system === "" ? {} : { system: request.system }),
    ...(request.temperature === null
      ? {}
      : { temperature: Math.min(request.temperature, TEMPERATURE_MAX) }),
    ...(request.tools.length === 0 ? {} : {
      tools: request.tools.map(({ name, description, input_schema }) => ({
        name,
        description,
        input_schema: { ...input_schema, type: "object" as const },
      })),
    }),
    stream: true,
  };
}

/** One turn a side, the user first: results of calls belong to the user's. */
function toTurns(
  messages: readonly ModelMessage[],
  asBlocks: (message: ModelMessage) => Block[],
): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const blocks = asBlocks(message);
    const last = turns.at(-1);
    if (blocks.length === 0) continue;
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: blocks });
  }
  if (turns[0]?.role === "assistant") {
    turns.unshift({ role: "user", content: text("(What came before is left out.)") });
  }
  return turns;
}

/** Blocks without anything to read are refused. */
function text(content: string): Block[] {
  return content.trim() === "" ? [] : [{ type: "text", text: content }];
}

function toolBlocks(messages: readonly ModelMessage[]): (message: ModelMessage) => Block[] {
  const idOf = windowCallIds(messages);
  return (message) => {
    switch (message.role) {
      case "user":
        return text(message.content);
      case "tool":
        return [{
          type: "tool_result",
          tool_use_id: idOf(message.call_id),
          content: message.content,
          is_error: message.failed,
        }];
      case "assistant":
        return [
          ...text(message.text),
          ...message.calls.map((call): Block => ({
            type: "tool_use",
            id: idOf(call.id),
            name: wireName(call.skill),
            input: wireInput(call.input),
          })),
        ];
      default:
        return message satisfies never;
    }
  };
}

function textBlocks(message: ModelMessage): Block[] {
  switch (message.role) {
    case "user":
      return text(message.content);
    case "tool":
      return text(`[${message.failed ? "failed" : "result"}: ${message.content}]`);
    case "assistant": {
      const calls = message.calls.map((call) =>
        `[call ${call.skill} ${JSON.stringify(call.input)}]`
      );
      return text([message.text, ...calls].join("\n"));
    }
    default:
      return message satisfies never;
  }
}
