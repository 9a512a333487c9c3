/**
 * How long a provider asks to wait.
 *
 * @module
 */

/**
 * Reads `retry-after-ms` (milliseconds) or `Retry-After` (seconds or an HTTP date).
 *
 * @param now milliseconds since the epoch
 * @returns milliseconds, or undefined when the provider asks for nothing that can be understood
 */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const exact = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (exact >= 0) return exact;
  const text = headers?.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
