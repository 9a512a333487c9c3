/**
 * Whether the process lives, and whether it can work.
 *
 * @module
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { jsonContent } from "./responses.ts";
import { healthSchema, readySchema } from "./schemas.ts";

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "Whether the process lives",
  security: [],
  responses: { 200: jsonContent(healthSchema, "It does") },
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
export function healthRoutes(deps: Pick<EdgeDeps, "version" | "health">): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  app.openapi(healthRoute, (c) => c.json({ status: "ok" as const, version: deps.version }, 200));
  app.openapi(readyRoute, async (c) => {
    const report = await deps.health();
    return report.status === "not_ready" ? c.json(report, 503) : c.json(report, 200);
  });
  return app;
}
