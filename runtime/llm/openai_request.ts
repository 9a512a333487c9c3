/**
 * Our request in the dialect of OpenAI's chat completions.
 *
 * @module
 */
import type OpenAI from "openai";
import type { ModelMessage } from "../../actors/session/model_request.ts";
import type { ProviderRequest, ToolSpec } from "./port.ts";
import { windowCallIds, wireInput, wireName } from "./window_calls.ts";

type Body = OpenAI.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.ChatCompletionMessageParam;

/** The parameter that bounds an answer: OpenAI renamed it, most compatible servers did not follow. */
export type LimitParameter = "max_tokens" | "max_completion_tokens";

/** The request's body. */
export function openAiBody(request: ProviderRequest, limit: LimitParameter): Body {
  const system: Message[] = request.system === ""
    ? []
    : [{ role: "system", content: request.system }];
  const idOf = windowCallIds(request.messages);
  return {
    model: request.model,
    messages: [...system, ...request.messages.map((message) => toMessage(message, idOf))],
    [limit]: request.max_output_tokens,
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toTool) }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function toMessage(message: ModelMessage, idOf: (id: string) => string): Message {
  switch (message.role) {
    case "user":
      return { role: "user", content: message.content };
    case "tool":
      return { role: "tool", tool_call_id: idOf(message.call_id), content: message.content };
    case "assistant": {
      if (message.calls.length === 0) return { role: "assistant", content: message.text };
      return {
        role: "assistant",
        content: message.text || null,
        tool_calls: message.calls.map((call) => ({
          id: idOf(call.id),
          type: "function",
          function: {
            name: wireName(call.skill),
            arguments: JSON.stringify(wireInput(call.input)),
          },
        })),
      };
    }
    default:
      return message satisfies never;
  }
}

function toTool({ name, description, input_schema }: ToolSpec): OpenAI.ChatCompletionTool {
  return { type: "function", function: { name, description, parameters: input_schema } };
}
