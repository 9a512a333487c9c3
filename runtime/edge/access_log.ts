/**
 * One log line and one measurement for each request.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";

/** Methods that may be a metric's label; a caller can send any word as a method. */
const METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
]);

/** Measures until the response's headers are ready; a stream's body goes on after that. */
export function accessLog(
  { clock, metrics, log }: Pick<EdgeDeps, "clock" | "metrics" | "log">,
): MiddlewareHandler<EdgeEnv> {
  return async function accessLog(c, next) {
    const start = clock.monotonic();
    await next();
    const ms = clock.monotonic() - start;
    const method = METHODS.has(c.req.method) ? c.req.method : "OTHER";
    const route = routePattern(c);
    const { status } = c.res;
    metrics.httpRequestSeconds.observe({ method, route, status: String(status) }, ms / 1000);
    const fields = { request_id: c.get("requestId"), method, path: c.req.path, route, status, ms };
    log.debug(fields, "Request served");
  };
}

/** The pattern of the route that was taken, never the path itself: paths hold ids. */
function routePattern(c: Context<EdgeEnv>): string {
  const pattern = matchedRoutes(c).at(-1)?.path;
  return pattern === undefined || pattern.includes("*") ? "unmatched" : pattern;
}
