/**
 * What a provider's SDK may send.
 *
 * The SDKs add headers of their own: from environment variables (`OPENAI_CUSTOM_HEADERS`,
 * `ANTHROPIC_CUSTOM_HEADERS`), which would follow a provider's key to any other base URL, and about
 * this machine. Here the headers of a request are exactly those that the adapter names.
 *
 * @module
 */

/** Wraps `fetch` so that every request carries these headers and no others. */
export function fetchWithHeaders(
  fetch: typeof globalThis.fetch,
  headers: Readonly<Record<string, string>>,
): typeof globalThis.fetch {
  return (input, init) => fetch(input, { ...init, headers: { ...BASE_HEADERS, ...headers } });
}

const BASE_HEADERS = {
  "accept": "text/event-stream, application/json",
  "content-type": "application/json",
  "user-agent": "synapse",
};
