/**
 * Messages to a session, with or without waiting for the reply.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import { sessionAddress } from "./auth.ts";
import { awaitOutcome } from "./await_outcome.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { accepted, identify } from "./idempotency.ts";
import { findSession } from "./lookup.ts";
import type { MessageProgress } from "./message_outcome.ts";
import { commandProblems, jsonBody, jsonContent } from "./responses.ts";
import { idempotencyHeaderSchema, idParamSchema } from "./schemas.ts";
import type { Seats } from "./seats.ts";
import {
  messageAcceptedSchema,
  messageAnsweredSchema,
  sendMessageQuerySchema,
  sendMessageSchema,
} from "./session_schemas.ts";
import { checkSize } from "./sizes.ts";

const sendMessage = createRoute({
  method: "post",
  path: "/sessions/{id}/messages",
  tags: ["messages"],
  summary: "Send a message, and with `wait` get the reply",
  request: {
    params: idParamSchema,
    query: sendMessageQuerySchema,
    headers: idempotencyHeaderSchema,
    body: jsonBody(sendMessageSchema, true),
  },
  responses: {
    ...commandProblems("session_not_found", "session_closed", "session_busy", "rate_limited"),
    200: jsonContent(messageAnsweredSchema, "Its turn is over"),
    202: jsonContent(
      messageAcceptedSchema,
      "It is stored and will be answered: no wait was asked for, it was not long enough, or a person has to decide first",
    ),
  },
});

/** POST /sessions/{id}/messages. */
export function messageRoutes(deps: EdgeDeps, seats: Seats): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(sendMessage, async (c) => {
    const { content, on_busy = null } = c.req.valid("json");
    const { wait } = c.req.valid("query");
    const { limits } = deps;
    checkSize("body.content", content, limits.message_bytes);
    const address = sessionAddress(c.get("principal"), c.req.valid("param").id);
    const identity = await identify(c, deps.entropy);
    const id = identity.id("msg");
    // Before the message is stored: who is sent away for lack of a place has sent nothing.
    using _seat = wait === undefined ? null : seats.take();
    const before = wait === undefined ? null : await findSession(deps.journal, address);
    const command = { type: "message.send", message_id: id, content, on_busy };
    const { repeated } = accepted(c, await deps.engine.submit(address, command, identity.submit));
    if (!before || wait === undefined) return c.json({ id, status: "accepted" as const }, 202);
    const progress = await awaitOutcome(deps, address, {
      message_id: id,
      // What a repeated request asks for may be long past.
      after: repeated ? 0 : before.seq,
      wait_ms: Math.min(wait, limits.wait_ms),
      signal: c.req.raw.signal,
    });
    return progress.outcome
      ? c.json({ id, session: address.id, ...progress.outcome }, 200)
      : c.json(acceptedBody(progress), 202);
  });

  return app;
}

function acceptedBody(
  { message_id, approvals }: MessageProgress,
): z.output<typeof messageAcceptedSchema> {
  return approvals.length > 0
    ? { id: message_id, status: "waiting", approvals: [...approvals] }
    : { id: message_id, status: "accepted" };
}
