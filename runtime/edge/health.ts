/**
 * Whether the process lives, and whether it can work.
 *
 * @module
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { jsonContent } from "./responses.ts";
import { healthSchema, readySchema, stuckSchema } from "./schemas.ts";

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "Whether the process lives",
  security: [],
  responses: {
    200: jsonContent(healthSchema, "It does"),
    503: jsonContent(stuckSchema, "Its engine is stuck: only a new start helps"),
  },
});

const readyRoute = createRoute({
  method: "get",
  path: "/ready",
  tags: ["health"],
  summary: "Whether the node can work, and how each dependency is",
  security: [],
  responses: {
    200: jsonContent(readySchema, "It can; `degraded` says that something is missing"),
    503: jsonContent(readySchema, "It cannot"),
  },
});

/** GET /health and GET /ready. */
export function healthRoutes(
  deps: Pick<EdgeDeps, "version" | "health" | "stuck">,
): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  const { version } = deps;
  app.openapi(healthRoute, (c) => {
    const detail = deps.stuck();
    if (detail !== null) return c.json({ status: "stuck" as const, detail, version }, 503);
    return c.json({ status: "ok" as const, version }, 200);
  });
  app.openapi(readyRoute, async (c) => {
    const report = await deps.health();
    return report.status === "not_ready" ? c.json(report, 503) : c.json(report, 200);
  });
  return app;
}
