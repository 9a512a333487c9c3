/**
 * What the HTTP skills have in common with their models: how a request is written and how a response
 * is shown.
 *
 * @module
 */
import { z } from "zod";
import type { GuardedResponse } from "./guarded_request.ts";

/** An URL that can be called: http or https, without a password in it. */
export const urlSchema = z.string().max(8192).refine(
  (text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === "";
  },
  "wanted an absolute http or https URL without a user name",
);

/** Headers that the connection sets itself, or that would speak to what lies in between. */
const RESERVED_HEADERS =
  /^(host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*)$/i;

/** Headers as a model gives them. */
export const headersSchema = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, "not a header name").refine(
    (name) => !RESERVED_HEADERS.test(name),
    "set by the connection itself",
  ),
  z.string().max(8192).regex(/^[\t\x20-\x7e\x80-\xff]*$/, "not a header value"),
).refine((headers) => Object.keys(headers).length <= 32, "wanted at most 32 headers");

/** A response as a model sees it. */
export const responseSchema = z.object({
  status: z.int(),
  url: z.string().describe("Where the response came from, after redirects"),
  headers: z.record(z.string(), z.string()),
  encoding: z.enum(["text", "base64"]).describe("How the body is written here"),
  body: z.string(),
  truncated: z.boolean().describe("Whether the body was longer than what is shown"),
});

/** A response as a model sees it: see {@link responseSchema}. */
export type ShownResponse = z.output<typeof responseSchema>;

const TEXT_TYPE =
  /^text\/|[/+](json|xml|yaml|javascript|x-www-form-urlencoded|csv|x-ndjson|graphql)\b/i;

/** Headers of a request: the model's, and those that every request has. */
export function requestHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const lowered = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { "user-agent": "synapse", accept: "*/*", ...lowered, "accept-encoding": "identity" };
}

/** Shows a response: text as text, everything else in base 64. */
export function showResponse(url: URL, response: GuardedResponse): ShownResponse {
  const { status, headers, body, truncated } = response;
  const type = headers["content-type"] ?? "";
  const isText = headers["content-encoding"] === undefined && (type === "" || TEXT_TYPE.test(type));
  return {
    status,
    url: url.href,
    headers: { ...headers },
    encoding: isText ? "text" : "base64",
    body: isText ? decodeText(body, type) : body.toBase64(),
    truncated,
  };
}

function decodeText(body: Uint8Array, type: string): string {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
