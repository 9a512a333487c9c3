/**
 * A session's events, as a page or as a stream that can be resumed.
 *
 * @module
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Address } from "../../actors/behavior.ts";
import { errorMessage, SynapseError } from "../errors.ts";
import { sessionAddress } from "./auth.ts";
import { eventBody } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { wantsEventStream } from "./event_stream_wanted.ts";
import { parsePosition, type Position, positionAfter } from "./feed.ts";
import { follow } from "./follow.ts";
import { findSession } from "./lookup.ts";
import { problems } from "./responses.ts";
import { idParamSchema, lastEventIdHeaderSchema } from "./schemas.ts";
import type { Seats } from "./seats.ts";
import { eventListSchema, eventsQuerySchema } from "./session_schemas.ts";
import { byteStream, frames } from "./sse.ts";

const listEvents = createRoute({
  method: "get",
  path: "/sessions/{id}/events",
  tags: ["events"],
  summary: "A session's events; with `Accept: text/event-stream` also those to come",
  description: "As a stream: `event` is the type, `id` the seq, `data` the event. Between them " +
    '`llm.delta` (`id` seq.n, `data` {"text"}) carries the pieces of the answer being given, and ' +
    "`llm.reset` says that the pieces so far are void. `Last-Event-ID` resumes without a gap or a " +
    "repetition. The stream ends after session.closed; resuming it then gives 204.",
  request: {
    params: idParamSchema,
    query: eventsQuerySchema,
    headers: lastEventIdHeaderSchema,
  },
  responses: {
    ...problems("session_not_found", "invalid_request", "malformed_request", "rate_limited"),
    200: {
      description: "A page of events, or the stream",
      content: {
        "application/json": { schema: eventListSchema },
        "text/event-stream": { schema: z.string() },
      },
    },
    204: { description: "The session is closed and the stream has nothing more" },
  },
});

/** GET /sessions/{id}/events. */
export function eventRoutes(deps: EdgeDeps, seats: Seats): OpenAPIHono<EdgeEnv> {
  const app = new OpenAPIHono<EdgeEnv>();

  app.openapi(listEvents, async (c) => {
    const address = sessionAddress(c.get("principal"), c.req.valid("param").id);
    const { after, limit, follow } = c.req.valid("query");
    c.header("Vary", "Accept");
    const record = await findSession(deps.journal, address);
    if (!wantsEventStream(c)) {
      const events = await deps.journal.readEvents(address, after, limit + 1);
      const items = events.slice(0, limit).map(eventBody);
      return c.json({ items, next: events.length > limit ? items.at(-1)?.seq ?? null : null }, 200);
    }
    const start = startOf(c, after);
    const closed = record.summary.status === "closed";
    if (closed && start.cursor.seq >= record.seq) return c.body(null, 204);
    c.header("Content-Type", "text/event-stream");
    // Proxies that buffer would hold events back.
    c.header("X-Accel-Buffering", "no");
    if (c.req.raw.method === "HEAD") return c.body(null, 200);
    // All that a closed session may still get is what memory makes of it: nobody waits for that.
    const goOn = follow === "true" && !closed;
    return c.body(openStream(deps, seats, c, { address, start, follow: goOn }), 200);
  });

  return app;
}

interface StreamRequest {
  readonly address: Address;
  readonly start: Position;
  readonly follow: boolean;
}

function openStream(
  deps: EdgeDeps,
  seats: Seats,
  c: Context<EdgeEnv>,
  { address, start, follow: goOn }: StreamRequest,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const seat = seats.take();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, c.req.raw.signal]);
  const onAbort = () => {
    stop.abort();
    seat[Symbol.dispose]();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const batches = follow(deps, address, start, { signal, follow: goOn });
  return byteStream(frames(batches, deps.clock, stop), stop, (error) => {
    seat[Symbol.dispose]();
    if (error === null) return;
    const fields = { request_id: c.get("requestId"), err: error };
    deps.log.warn(fields, `Event stream ended early: ${errorMessage(error)}`);
  });
}

function startOf(c: Context<EdgeEnv>, after: number): Position {
  const id = c.req.header("last-event-id");
  if (!id) return positionAfter(after);
  const position = parsePosition(id);
  if (position) return position;
  throw new SynapseError(
    "malformed_request",
    `Last-Event-ID is ${JSON.stringify(id.slice(0, 80))}, wanted seq or seq.n`,
  );
}
