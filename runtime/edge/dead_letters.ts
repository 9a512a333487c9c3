/**
 * Commands put aside because their actors throw on them: look at them, try them again.
 *
 * @module
 */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import { SynapseError } from "../errors.ts";
import { deadLetterBody } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { identify } from "./idempotency.ts";
import { jsonContent, problems } from "./responses.ts";
import {
  deadLetterListSchema,
  deadLetterSchema,
  idempotencyHeaderSchema,
  idParamSchema,
  pageQuerySchema,
} from "./schemas.ts";

const tags = ["dead letters"];

const listDeadLetters = createRoute({
  method: "get",
  path: "/dead-letters",
  tags,
  summary: "List dead letters",
  request: { query: pageQuerySchema },
  responses: {
    ...problems("invalid_request"),
    200: jsonContent(deadLetterListSchema, "A page of dead letters"),
  },
});

const retryDeadLetter = createRoute({
  method: "post",
  path: "/dead-letters/{id}/retry",
  tags,
  summary: "Put a dead letter back into its actor's mailbox. Doing it again changes nothing",
  request: { params: idParamSchema, headers: idempotencyHeaderSchema },
  responses: {
    ...problems("dead_letter_not_found", "malformed_request"),
    202: jsonContent(deadLetterSchema, "It will be tried again"),
  },
});

/** GET /dead-letters and POST /dead-letters/{id}/retry. */
export function deadLetterRoutes({ journal, engine, entropy }: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(listDeadLetters, async (c) => {
    const { cursor = null, limit } = c.req.valid("query");
    const page = await journal.deadLetters(c.get("principal").tenant, { cursor, limit });
    return c.json({ items: page.items.map(deadLetterBody), next: page.next }, 200);
  });

  app.openapi(retryDeadLetter, async (c) => {
    // A retry repeats safely by itself; the key is read so that a bad one is refused here as elsewhere.
    await identify(c, entropy);
    const { id } = c.req.valid("param");
    const letter = await journal.retryDeadLetter(c.get("principal").tenant, id);
    if (!letter) {
      throw new SynapseError("dead_letter_not_found", `Dead letter ${id} does not exist`);
    }
    engine.notify(letter.address);
    return c.json(deadLetterBody(letter), 202);
  });

  return app;
}
