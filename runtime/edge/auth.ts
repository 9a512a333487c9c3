/**
 * Who asks, and on whose behalf. Every address is built from the principal's tenant in one function,
 * so a query without a tenant cannot be written.
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { Address } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type { EdgeEnv, Principal } from "./env.ts";

/** The only tenant while there is one key. */
export const TENANT = "default";

/**
 * Lets a request pass if it carries the key in `Authorization: Bearer` or `X-API-Key`.
 *
 * @param apiKey the key; null lets every request pass (the server then listens on loopback only)
 */
export function authenticate(apiKey: string | null): MiddlewareHandler<EdgeEnv> {
  const wanted = apiKey === null ? null : digest(apiKey);
  return async function authenticate(c, next) {
    const presented = bearer(c.req.header("authorization")) ?? c.req.header("x-api-key");
    if (wanted && (presented === undefined || !timingSafeEqual(digest(presented), wanted))) {
      throw new SynapseError(
        "unauthorized",
        presented === undefined
          ? "This call needs a key: Authorization: Bearer KEY, or X-API-Key: KEY"
          : "The key is not valid",
      );
    }
    c.set("principal", { tenant: TENANT, name: wanted ? "api-key" : "local" });
    await next();
  };
}

/** The address of a session of the principal's tenant. */
export function sessionAddress(principal: Principal, id: string): Address {
  return { tenant: principal.tenant, type: "session", id };
}

/** The address of a schedule of the principal's tenant. */
export function scheduleAddress(principal: Principal, id: string): Address {
  return { tenant: principal.tenant, type: "schedule", id };
}

function bearer(header: string | undefined): string | undefined {
  return header?.match(/^Bearer +(\S+) *$/i)?.[1];
}

/** Digests have one length, whatever was presented, so that comparing them tells nothing about the key. */
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
