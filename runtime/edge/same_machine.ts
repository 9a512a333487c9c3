/**
 * A node without a key trusts whoever reaches it, and it listens on loopback only. That must not make
 * every web page that this machine's browser opens trusted: a page may send requests to loopback, and
 * by DNS rebinding even under a name of its own.
 *
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { SynapseError } from "../errors.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Lets a request pass that was addressed to this machine by a name of its own, and that no page of
 * another site sent.
 *
 * @throws {SynapseError} `forbidden`
 */
export function sameMachine(apiKey: string | null): MiddlewareHandler {
  return async function sameMachine(c, next) {
    if (apiKey === null) {
      const host = new URL(c.req.url).hostname;
      const origin = c.req.header("origin");
      if (!LOOPBACK.test(host) || (origin !== undefined && !isLoopbackOrigin(origin))) {
        const found = origin === undefined ? `Host ${host}` : `Host ${host}, Origin ${origin}`;
        throw new SynapseError(
          "forbidden",
          `${found.slice(0, 200)} is not this machine; a node without a key serves only it`,
        );
      }
    }
    await next();
  };
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
}
