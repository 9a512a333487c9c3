/**
 * The built-in skill `http_fetch`: reads from the web.
 *
 * @module
 */
import { z } from "zod";
import { createAddressGuard } from "./address_guard.ts";
import {
  type GuardedRequestOptions,
  type Resolve,
  sendGuarded,
  systemResolve,
} from "./guarded_request.ts";
import {
  headersSchema,
  requestHeaders,
  responseSchema,
  type ShownResponse,
  showResponse,
  urlSchema,
} from "./http_message.ts";
import { defineSkill, type Skill } from "./skill.ts";

/** Settings of the HTTP skills. */
export interface HttpSkillOptions {
  /** What may be reached though it is not public: see {@link createAddressGuard}. */
  readonly allowedHosts: readonly string[];
  /** Bytes of a response's body that are shown; 262,144 unless given. */
  readonly bodyBytesMax?: number;
  /** The machine's resolver unless given. */
  readonly resolve?: Resolve;
}

/** Redirects that one call follows at most. */
const REDIRECTS_MAX = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The settings with their defaults. */
export function guardedRequestOptions(options: HttpSkillOptions): GuardedRequestOptions {
  const { allowedHosts, bodyBytesMax = 262_144, resolve = systemResolve } = options;
  return { guard: createAddressGuard(allowedHosts), resolve, bodyBytesMax };
}

/**
 * Makes the skill `http_fetch`.
 *
 * @throws {TypeError} if an allowed host cannot be read
 */
export function httpFetchSkill(options: HttpSkillOptions): Skill {
  const requestOptions = guardedRequestOptions(options);
  return defineSkill({
    name: "http_fetch",
    description:
      "Reads a URL over HTTP (GET or HEAD), following redirects. Private addresses are refused. Use http_send to change something.",
    input: z.strictObject({
      url: urlSchema,
      method: z.enum(["GET", "HEAD"]).default("GET"),
      headers: headersSchema.default({}),
    }),
    output: responseSchema,
    risk: 1,
    capabilities: ["net:*"],
    idempotent: true,
    run: ({ url, method, headers }, { signal }) =>
      follow({ url: new URL(url), method, headers, signal }, requestOptions),
  });
}

interface Fetch {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function follow(fetch: Fetch, options: GuardedRequestOptions): Promise<ShownResponse> {
  let { url, headers } = fetch;
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const response = await sendGuarded(
      { ...fetch, url, headers: requestHeaders(headers) },
      options,
    );
    const { location } = response.headers;
    if (!REDIRECTS.has(response.status) || location === undefined) {
      return showResponse(url, response);
    }
    const next = URL.parse(location, url);
    if (next === null || !urlSchema.safeParse(next.href).success) {
      throw new TypeError(
        `Redirect leads to ${JSON.stringify(location)}, wanted an http or https URL`,
      );
    }
    // What was meant for one host (a token, a cookie) is not told to another.
    if (next.origin !== url.origin) headers = {};
    url = next;
  }
  throw new RangeError(`Redirects lead on after ${REDIRECTS_MAX}, last to ${url.href}`);
}
