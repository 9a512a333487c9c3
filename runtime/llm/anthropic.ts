/**
 * Anthropic, and servers that speak its messages API.
 *
 * @module
 */
import Anthropic, { APIConnectionError, APIError } from "@anthropic-ai/sdk";
import { AnthropicAnswer } from "./anthropic_answer.ts";
import { anthropicBody } from "./anthropic_request.ts";
import type { ModelProvider } from "./port.ts";
import { fetchWithHeaders } from "./sdk_fetch.ts";
import { createSdkProvider, SDK_TIMEOUT_MS, type SdkProviderOptions } from "./sdk_provider.ts";

/** Where Anthropic itself is. */
const ANTHROPIC_URL = "https://api.anthropic.com";

/** The version of the API that is spoken here. */
const API_VERSION = "2023-06-01";

/** A provider that speaks Anthropic's messages. */
export function createAnthropic(options: SdkProviderOptions): ModelProvider {
  const { name, api_key, base_url, fetch = globalThis.fetch } = options;
  // Everything that the SDK would otherwise look up in the environment is said here.
  const client = new Anthropic({
    apiKey: api_key ?? "none",
    webhookKey: null,
    baseURL: base_url ?? ANTHROPIC_URL,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
    // The router makes the span of a call.
    openTelemetry: false,
    dangerouslyAllowBrowser: true,
    fetch: fetchWithHeaders(fetch, {
      "anthropic-version": API_VERSION,
      ...(api_key === null ? {} : { "x-api-key": api_key }),
    }),
  });
  return createSdkProvider(options, {
    errors: { APIError, APIConnectionError },
    open: (request, signal) => client.messages.create(anthropicBody(request), { signal }),
    fold: (request) => new AnthropicAnswer(name, request.model),
  });
}
