/**
 * What agents can do.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Skills } from "../sandbox/port.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { jsonContent, problems } from "./responses.ts";
import { idempotencyHeaderSchema, skillListSchema } from "./schemas.ts";

const listSkills = createRoute({
  method: "get",
  path: "/skills",
  tags: ["skills"],
  summary: "List skills, and the files that could not be loaded",
  responses: { ...problems(), 200: jsonContent(skillListSchema, "All skills") },
});

const reloadSkills = createRoute({
  method: "post",
  path: "/skills/reload",
  tags: ["skills"],
  summary: "Read the skills folder of this node again, and list what there is now",
  description: "Calls under way end on the code they began with. Sessions are offered the new " +
    "skills with their next model call. A folder that cannot be read changes nothing; a file that " +
    "cannot be loaded is under `faults`, and its skill is gone.",
  request: { headers: idempotencyHeaderSchema },
  responses: { ...problems(), 200: jsonContent(skillListSchema, "All skills") },
});

/** GET /skills and POST /skills/reload. */
export function skillRoutes({ skills }: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();
  app.openapi(listSkills, (c) => c.json(skillList(skills), 200));
  // To do it once more changes nothing, so the key needs no looking after.
  app.openapi(reloadSkills, async (c) => {
    await skills.reload();
    return c.json(skillList(skills), 200);
  });
  return app;
}

function skillList(skills: Skills): z.output<typeof skillListSchema> {
  const items = skills.list().map((skill) => ({
    ...skill,
    capabilities: [...skill.capabilities],
  }));
  return { items, next: null, faults: [...skills.faults()] };
}
