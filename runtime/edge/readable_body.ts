/**
 * Refuses bodies that would be read as what they are not: JSON is read as UTF-8 (RFC 8259, 8.1), and
 * nothing is decompressed.
 *
 * @module
 */
import { MIMEType } from "node:util";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { errorMessage, SynapseError } from "../errors.ts";
import type { EdgeEnv } from "./env.ts";
import { shortened } from "./request_faults.ts";

/** Methods whose bodies are read here. */
const METHODS: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);

/** The names that clients have for the one encoding of text. */
const UTF_8 = /^utf-?8$/i;

/** The only content coding: none. */
const IDENTITY = "identity";

/**
 * Lets a request pass whose body is UTF-8 text as it stands, and one that no route takes. The text is
 * decoded here once, for all who ask the request for its text or JSON.
 *
 * @throws {SynapseError} `unsupported_media_type` if its headers say otherwise, `malformed_request` if
 *   its bytes are not UTF-8 or do not all come
 */
export function readableBody(): MiddlewareHandler<EdgeEnv> {
  return async function readableBody(c, next) {
    if (METHODS.has(c.req.method) && isRouted(c)) {
      requireIdentity(c.req.header("content-encoding"));
      requireUtf8(c);
      const text = textOf(await bytesOf(c));
      // What it keeps are promises, whatever its type says.
      Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
    }
    await next();
  };
}

/** Whether a route takes the request. The method of middleware is ALL. */
function isRouted(c: Context<EdgeEnv>): boolean {
  return matchedRoutes(c).some(({ method }) => method === c.req.method);
}

function requireIdentity(codings: string | undefined): void {
  const found = (codings ?? "").split(",").map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding.toLowerCase() !== IDENTITY);
  if (found.length === 0) return;
  const message = `The body's content encoding is ${shortened(found.join(", "))}, ` +
    "wanted none: bodies are read as they stand";
  throw new SynapseError("unsupported_media_type", message, {
    data: { accept_encoding: [IDENTITY] },
  });
}

/** What is no content type at all is refused by the route, as any other than JSON. */
function requireUtf8(c: Context<EdgeEnv>): void {
  const type = typeOf(c.req.header("content-type"));
  if (type === null) return;
  const charset = type.params.get("charset");
  if (charset !== null && !UTF_8.test(charset)) {
    const message = `The body's charset is ${shortened(charset)}, wanted utf-8 or none`;
    throw new SynapseError("unsupported_media_type", message);
  }
  // The parameters are dealt with. The route's own look at them fails on some that RFC 9110 allows.
  c.req.raw.headers.set("content-type", type.essence);
}

function typeOf(header: string | undefined): MIMEType | null {
  try {
    return header === undefined ? null : new MIMEType(header);
  } catch {
    return null;
  }
}

async function bytesOf(c: Context<EdgeEnv>): Promise<ArrayBuffer> {
  try {
    return await c.req.raw.arrayBuffer();
  } catch (cause) {
    if (cause instanceof SynapseError) throw cause;
    const message = `The body was cut off before its end: ${errorMessage(cause)}`;
    throw new SynapseError("malformed_request", message, { cause });
  }
}

/** A decoder that is not fatal would put a sign in the place of each byte that is none. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SynapseError("malformed_request", "The body is not UTF-8 text", { cause });
  }
}
