/**
 * Whether the process lives, and whether it can work.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
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

/** Whether the process lives, as `GET /health` tells it. */
export function lifeOf(
  { version, stuck }: Pick<EdgeDeps, "version" | "stuck">,
): z.output<typeof healthSchema> | z.output<typeof stuckSchema> {
  const detail = stuck();
  return detail === null ? { status: "ok", version } : { status: "stuck", detail, version };
}

/** GET /health and GET /ready. */
export function healthRoutes(
  deps: Pick<EdgeDeps, "version" | "health" | "stuck">,
): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  app.openapi(healthRoute, (c) => {
    const life = lifeOf(deps);
    return life.status === "stuck" ? c.json(life, 503) : c.json(life, 200);
  });
  app.openapi(readyRoute, async (c) => {
    const report = await deps.health();
    return report.status === "not_ready" ? c.json(report, 503) : c.json(report, 200);
  });
  return app;
}
