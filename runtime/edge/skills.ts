/**
 * What agents can do.
 *
 * @module
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { jsonContent, problems } from "./responses.ts";
import { skillListSchema } from "./schemas.ts";

const listSkills = createRoute({
  method: "get",
  path: "/skills",
  tags: ["skills"],
  summary: "List skills, and the files that could not be loaded",
  responses: { ...problems(), 200: jsonContent(skillListSchema, "All skills") },
});

/** GET /skills. */
export function skillRoutes({ skills }: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  app.openapi(listSkills, (c) => {
    const items = skills.list().map((skill) => ({
      ...skill,
      capabilities: [...skill.capabilities],
    }));
    return c.json({ items, next: null, faults: [...skills.faults()] }, 200);
  });
  return app;
}
