/**
 * How a node and its dependencies are.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type { readySchema } from "./schemas.ts";

/** How a node and its dependencies are. `degraded` works, but not as well as it should. */
export type HealthReport = z.output<typeof readySchema>;
