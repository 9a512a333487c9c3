/**
 * OpenAI, and every server that speaks its chat completions: Ollama, vLLM, LM Studio, gateways.
 *
 * @module
 */
import OpenAI, { APIConnectionError, APIError } from "openai";
import { OpenAiAnswer } from "./openai_answer.ts";
import { openAiBody } from "./openai_request.ts";
import type { ModelProvider } from "./port.ts";
import { fetchWithHeaders } from "./sdk_fetch.ts";
import { createSdkProvider, SDK_TIMEOUT_MS, type SdkProviderOptions } from "./sdk_provider.ts";

/** Where OpenAI itself is. */
const OPENAI_URL = "https://api.openai.com/v1";

/** A provider that speaks OpenAI's chat completions. */
export function createOpenAi(options: SdkProviderOptions): ModelProvider {
  const { name, api_key, base_url, fetch = globalThis.fetch } = options;
  const baseURL = base_url ?? OPENAI_URL;
  const limit = isOpenAi(baseURL) ? "max_completion_tokens" : "max_tokens";
  // Everything that the SDK would otherwise look up in the environment is said here.
  const client = new OpenAI({
    apiKey: api_key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
    dangerouslyAllowBrowser: true,
    fetch: fetchWithHeaders(fetch, api_key === null ? {} : { authorization: `Bearer ${api_key}` }),
  });
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
