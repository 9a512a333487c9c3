/**
 * Requests that are refused by their head, before the application sees them.
 *
 * @module
 */

/**
 * How many headers a request may have. Deno goes through them in a time that grows with their square: a
 * tenth of a second for 800.
 */
const HEADERS_MAX = 100;

/** The status for a head that cannot be taken, or null. */
export function refusedHead(
  { rawHeaders }: { readonly rawHeaders: readonly string[] },
): 400 | 431 | 501 | null {
  if (rawHeaders.length > 2 * HEADERS_MAX) return 431;
  // RFC 9112, 3.2.
  if (valuesOf(rawHeaders, "host").length > 1) return 400;
  // RFC 9112, 6.1: of the transfer codings only that of chunks is known here.
  const codings = valuesOf(rawHeaders, "transfer-encoding");
  return codings.every((coding) => coding.trim().toLowerCase() === "chunked") ? null : 501;
}

/** The values of the headers of that name, from a list in which each name stands before its value. */
function valuesOf(rawHeaders: readonly string[], wanted: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === wanted);
}
