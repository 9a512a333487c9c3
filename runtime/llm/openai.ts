/**
 * OpenAI, and every server that speaks its chat completions: Ollama, vLLM, LM Studio, gateways.
 *
 * @module
 */
import { APIConnectionError, APIError } from "openai";
import { OpenAiAnswer } from "./openai_answer.ts";
import { openAiBody } from "./openai_request.ts";
import type { ModelProvider } from "./port.ts";
import { OPENAI_URL, openAiClient } from "./sdk_openai.ts";
import { createSdkProvider, type SdkProviderOptions } from "./sdk_provider.ts";

/** A provider that speaks OpenAI's chat completions. */
export function createOpenAi(options: SdkProviderOptions): ModelProvider {
  const { name } = options;
  const base_url = options.base_url ?? OPENAI_URL;
  const limit = isOpenAi(base_url) ? "max_completion_tokens" : "max_tokens";
  const client = openAiClient({ ...options, base_url });
  return createSdkProvider(options, {
    errors: { APIError, APIConnectionError },
    open: (request, signal) =>
      client.chat.completions.create(openAiBody(request, limit), { signal }),
    fold: (request) => new OpenAiAnswer(name, request.model),
  });
}

function isOpenAi(baseUrl: string): boolean {
  return /(^|\.)openai\.(com|azure\.com)$/.test(URL.parse(baseUrl)?.hostname ?? "");
}
