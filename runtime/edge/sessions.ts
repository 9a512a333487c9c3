/**
 * Sessions: create, list, look at, close, cancel, fork.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Address, Json } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type { Inspected } from "../engine/port.ts";
import { sessionAddress } from "./auth.ts";
import { sessionBody } from "./bodies.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { accepted, identify } from "./idempotency.ts";
import { findAgent, findSession } from "./lookup.ts";
import { commandProblems, jsonBody, jsonContent, problems } from "./responses.ts";
import { idempotencyHeaderSchema, idParamSchema } from "./schemas.ts";
import {
  cancelSchema,
  createSessionSchema,
  forkSessionSchema,
  sessionListQuerySchema,
  sessionListSchema,
  sessionSchema,
  stateQuerySchema,
  stateSchema,
} from "./session_schemas.ts";
import { checkSize } from "./sizes.ts";

const tags = ["sessions"];

const createSession = createRoute({
  method: "post",
  path: "/sessions",
  tags,
  summary: "Start a session",
  description: "An `Idempotency-Key` belongs to the session that the request names: with two ids " +
    "the same key starts two sessions. Without an `id` it starts one, whatever is repeated.",
  request: { headers: idempotencyHeaderSchema, body: jsonBody(createSessionSchema, false) },
  responses: {
    ...commandProblems("session_exists", "agent_not_found"),
    201: jsonContent(sessionSchema, "The session; `Location` is its path"),
  },
});

const listSessions = createRoute({
  method: "get",
  path: "/sessions",
  tags,
  summary: "List sessions, newest first",
  request: { query: sessionListQuerySchema },
  responses: {
    ...problems("invalid_request"),
    200: jsonContent(sessionListSchema, "A page of sessions"),
  },
});

const getSession = createRoute({
  method: "get",
  path: "/sessions/{id}",
  tags,
  summary: "Look at a session",
  request: { params: idParamSchema },
  responses: {
    ...problems("session_not_found"),
    200: jsonContent(sessionSchema, "The session"),
  },
});

const closeSession = createRoute({
  method: "delete",
  path: "/sessions/{id}",
  tags,
  summary:
    "Close a session for good; its journal stays readable, and memory forgets what it noted. Closing it again changes nothing",
  request: { params: idParamSchema },
  responses: {
    ...problems("session_not_found", "mailbox_full", "draining", "fenced"),
    200: jsonContent(sessionSchema, "The closed session"),
  },
});

const cancelTurn = createRoute({
  method: "post",
  path: "/sessions/{id}/cancel",
  tags,
  summary: "Cancel the running turn",
  request: {
    params: idParamSchema,
    headers: idempotencyHeaderSchema,
    body: jsonBody(cancelSchema, false),
  },
  responses: {
    ...commandProblems("session_not_found", "session_closed", "turn_not_running"),
    200: jsonContent(sessionSchema, "The session"),
  },
});

const forkSession = createRoute({
  method: "post",
  path: "/sessions/{id}/fork",
  tags,
  summary: "Start a new session from a past state of this one",
  request: {
    params: idParamSchema,
    headers: idempotencyHeaderSchema,
    body: jsonBody(forkSessionSchema, false),
  },
  responses: {
    ...commandProblems("session_not_found", "seq_not_found", "session_exists", "fork_invalid"),
    201: jsonContent(sessionSchema, "The new session; `Location` is its path"),
  },
});

const getState = createRoute({
  method: "get",
  path: "/sessions/{id}/state",
  tags,
  summary: "The state of a session after any of its events",
  request: { params: idParamSchema, query: stateQuerySchema },
  responses: {
    ...problems("session_not_found", "seq_not_found", "invalid_request"),
    200: jsonContent(stateSchema, "The state, computed from the journal alone"),
  },
});

/** Everything under /sessions except messages and events. */
export function sessionRoutes(deps: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const { journal } = deps;
  const app = new OpenAPIHono<EdgeEnv>();
  const addressed = (c: Context<EdgeEnv>, id: string) => sessionAddress(c.get("principal"), id);
  const body = async (address: Address) => sessionBody(await findSession(journal, address));

  app.openapi(createSession, async (c) => {
    const { agent, id, metadata } = withDefaults(createSessionSchema, c.req.valid("json"));
    checkMetadata(deps, metadata);
    const identity = await identify(c, deps.entropy, id);
    const address = addressed(c, id ?? identity.id("ses"));
    const pinned = await findAgent(journal, address.tenant, agent);
    const command = { type: "session.create", agent: pinned, metadata };
    accepted(c, await deps.engine.submit(address, command, identity.submit));
    return c.json(await body(address), 201, location(address));
  });

  app.openapi(listSessions, async (c) => {
    const { status = null, agent = null, cursor = null, limit } = c.req.valid("query");
    const filter = { type: "session", status, label: agent };
    const page = await journal.list(c.get("principal").tenant, filter, { cursor, limit });
    return c.json({ items: page.items.map(sessionBody), next: page.next }, 200);
  });

  app.openapi(getSession, async (c) => {
    return c.json(await body(addressed(c, c.req.valid("param").id)), 200);
  });

  app.openapi(closeSession, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const command = { type: "session.close", reason: null, forget: true };
    accepted(c, await deps.engine.submit(address, command, { sender: c.get("principal").name }));
    return c.json(await body(address), 200);
  });

  app.openapi(cancelTurn, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const { reason } = withDefaults(cancelSchema, c.req.valid("json"));
    const { submit } = await identify(c, deps.entropy);
    accepted(c, await deps.engine.submit(address, { type: "turn.cancel", reason }, submit));
    return c.json(await body(address), 200);
  });

  app.openapi(forkSession, async (c) => {
    const { seq, metadata } = withDefaults(forkSessionSchema, c.req.valid("json"));
    checkMetadata(deps, metadata);
    const source = addressed(c, c.req.valid("param").id);
    const identity = await identify(c, deps.entropy);
    const fork = addressed(c, identity.id("ses"));
    const { state, hash, seq: at } = await inspect(deps, source, seq);
    const command = {
      type: "session.fork",
      from: { id: source.id, seq: at, hash },
      metadata,
      state,
    };
    accepted(c, await deps.engine.submit(fork, command, identity.submit));
    return c.json(await body(fork), 201, location(fork));
  });

  app.openapi(getState, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const { seq, hash, state } = await inspect(deps, address, c.req.valid("query").seq);
    return c.json({ seq, hash, state: state as Json }, 200);
  });

  return app;
}

async function inspect(deps: EdgeDeps, address: Address, seq?: number): Promise<Inspected> {
  const inspected = await deps.engine.inspect(address, seq ?? null);
  if (inspected) return inspected;
  const record = await findSession(deps.journal, address);
  throw new SynapseError(
    "seq_not_found",
    `Session ${address.id} has no event ${seq}, wanted 1 to ${record.seq}`,
    { data: { first: 1, last: record.seq } },
  );
}

/** A request without a body leaves out everything: the validator then gives {}, without the defaults. */
function withDefaults<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return schema.parse(body);
}

function checkMetadata({ limits }: EdgeDeps, metadata: Readonly<Record<string, Json>>): void {
  checkSize("body.metadata", JSON.stringify(metadata), limits.metadata_bytes);
}

function location(address: Address): Record<"Location", string> {
  return { Location: `/api/v1/sessions/${encodeURIComponent(address.id)}` };
}
