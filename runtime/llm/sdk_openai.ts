/**
 * OpenAI's SDK, bare of what it does by itself.
 *
 * @module
 */
import OpenAI from "openai";
import { fetchWithHeaders } from "./sdk_fetch.ts";
import { SDK_TIMEOUT_MS } from "./sdk_provider.ts";

/** Where OpenAI itself is. */
export const OPENAI_URL = "https://api.openai.com/v1";

/** Where a client's requests go. */
export interface OpenAiClientOptions {
  readonly base_url: string;
  /** Null: none is sent. */
  readonly api_key: string | null;
  readonly fetch?: typeof globalThis.fetch;
}

/** A client that retries nothing, logs nothing, and takes nothing from the environment. */
export function openAiClient(
  { base_url, api_key, fetch = globalThis.fetch }: OpenAiClientOptions,
): OpenAI {
  // Everything that the SDK would otherwise look up in the environment is said here.
  return new OpenAI({
    apiKey: api_key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL: base_url,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: "off",
    dangerouslyAllowBrowser: true,
    fetch: fetchWithHeaders(fetch, api_key === null ? {} : { authorization: `Bearer ${api_key}` }),
  });
}
