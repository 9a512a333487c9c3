/**
 * Schedules: make, list, look at, pause, resume, cancel.
 *
 * @module
 */
import { createRoute, OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Address } from "../../actors/behavior.ts";
import type { ScheduleCommand, Target } from "../../actors/schedule/commands.ts";
import { planFault, readPlan } from "../../actors/schedule/plan.ts";
import { refuse } from "../../actors/schedule/rejections.ts";
import { reject } from "../../actors/session/rejections.ts";
import { scheduleAddress, sessionAddress } from "./auth.ts";
import type { EdgeDeps } from "./deps.ts";
import type { EdgeEnv } from "./env.ts";
import { accepted, identify } from "./idempotency.ts";
import { findAgent, findSession } from "./lookup.ts";
import { CommandRefused } from "./problem.ts";
import { commandProblems, jsonBody, jsonContent, problems } from "./responses.ts";
import { findSchedule, openSchedules, scheduleBody } from "./schedule_records.ts";
import {
  createScheduleSchema,
  scheduleListQuerySchema,
  scheduleListSchema,
  scheduleSchema,
} from "./schedule_schemas.ts";
import { idempotencyHeaderSchema, idParamSchema } from "./schemas.ts";

const tags = ["schedules"];

const createSchedule = createRoute({
  method: "post",
  path: "/schedules",
  tags,
  summary: "Send a message at certain times, to a session or each time to a new one",
  request: { headers: idempotencyHeaderSchema, body: jsonBody(createScheduleSchema, true) },
  responses: {
    ...commandProblems(
      "session_not_found",
      "session_closed",
      "agent_not_found",
      "schedule_exists",
      "schedule_invalid",
      "schedule_limit",
    ),
    201: jsonContent(scheduleSchema, "The schedule; `Location` is its path"),
  },
});

const listSchedules = createRoute({
  method: "get",
  path: "/schedules",
  tags,
  summary: "List schedules, newest first",
  request: { query: scheduleListQuerySchema },
  responses: {
    ...problems("invalid_request"),
    200: jsonContent(scheduleListSchema, "A page of schedules"),
  },
});

const getSchedule = createRoute({
  method: "get",
  path: "/schedules/{id}",
  tags,
  summary: "Look at a schedule",
  request: { params: idParamSchema },
  responses: {
    ...problems("schedule_not_found"),
    200: jsonContent(scheduleSchema, "The schedule"),
  },
});

const cancelSchedule = createRoute({
  method: "delete",
  path: "/schedules/{id}",
  tags,
  summary: "Cancel a schedule for good. Cancelling it again changes nothing",
  request: { params: idParamSchema },
  responses: {
    ...problems("schedule_not_found", "mailbox_full", "draining", "fenced", "answer_late"),
    200: jsonContent(scheduleSchema, "The closed schedule"),
  },
});

const change = <Path extends string>(path: Path, summary: string) =>
  createRoute({
    method: "post",
    path,
    tags,
    summary,
    request: { params: idParamSchema, headers: idempotencyHeaderSchema },
    responses: {
      ...commandProblems("schedule_not_found", "schedule_closed", "schedule_invalid"),
      200: jsonContent(scheduleSchema, "The schedule"),
    },
  });

const pauseSchedule = change("/schedules/{id}/pause", "Keep no times until it is resumed");

const resumeSchedule = change(
  "/schedules/{id}/resume",
  "Keep times again, from now on: none of the pause is made up",
);

/** Everything under /schedules. */
export function scheduleRoutes(deps: EdgeDeps): OpenAPIHono<EdgeEnv> {
  const { journal } = deps;
  const app = new OpenAPIHono<EdgeEnv>();
  const addressed = (c: Context<EdgeEnv>, id: string) => scheduleAddress(c.get("principal"), id);
  const body = async (address: Address) => scheduleBody(await findSchedule(journal, address));

  app.openapi(createSchedule, async (c) => {
    const request = c.req.valid("json");
    const identity = await identify(c, deps.entropy);
    const address = addressed(c, identity.id("sch"));
    // A repetition finds what it made, and is neither counted nor compared with what has changed since.
    const target = await journal.find(address) === null ? await findTarget(deps, c, request) : null;
    const command = createCommand(request, target ?? { session: request.session ?? "" });
    accepted(c, await deps.engine.submit(address, command, identity.submit));
    return c.json(await body(address), 201, location(address));
  });

  app.openapi(listSchedules, async (c) => {
    const { status = null, session = null, cursor = null, limit } = c.req.valid("query");
    const filter = { type: "schedule", status, label: session };
    const page = await journal.list(c.get("principal").tenant, filter, { cursor, limit });
    return c.json({ items: page.items.map(scheduleBody), next: page.next }, 200);
  });

  app.openapi(getSchedule, async (c) => {
    return c.json(await body(addressed(c, c.req.valid("param").id)), 200);
  });

  app.openapi(cancelSchedule, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const command: ScheduleCommand = { type: "schedule.cancel" };
    accepted(c, await deps.engine.submit(address, command, { sender: c.get("principal").name }));
    return c.json(await body(address), 200);
  });

  app.openapi(pauseSchedule, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const { submit } = await identify(c, deps.entropy);
    accepted(c, await deps.engine.submit(address, { type: "schedule.pause" }, submit));
    return c.json(await body(address), 200);
  });

  app.openapi(resumeSchedule, async (c) => {
    const address = addressed(c, c.req.valid("param").id);
    const { submit } = await identify(c, deps.entropy);
    accepted(c, await deps.engine.submit(address, { type: "schedule.resume" }, submit));
    return c.json(await body(address), 200);
  });

  return app;
}

type CreateRequest = z.output<typeof createScheduleSchema>;

function createCommand(request: CreateRequest, target: Target): ScheduleCommand {
  const plan = readPlan(request);
  if (!plan) throw new CommandRefused(refuse("schedule_invalid", planFault(request)));
  const { content, name = null } = request;
  return { type: "schedule.create", target, content, name, plan, asked_at: null };
}

/** The session that there is and that has room for one more schedule, or the agent as it is now. */
async function findTarget(
  { journal, limits: { schedules_per_session: limit } }: EdgeDeps,
  c: Context<EdgeEnv>,
  { session, agent }: CreateRequest,
): Promise<Target> {
  const principal = c.get("principal");
  if (session === undefined) return { agent: await findAgent(journal, principal.tenant, agent) };
  const address = sessionAddress(principal, session);
  const { summary } = await findSession(journal, address);
  if (summary.status === "closed") {
    throw new CommandRefused(reject("session_closed", `Session ${session} is closed`));
  }
  const open = await openSchedules(journal, address, limit);
  if (open.length >= limit) {
    const found = `Session ${session} has ${open.length} schedules, wanted fewer than ${limit}`;
    throw new CommandRefused(refuse("schedule_limit", found));
  }
  return { session };
}

function location(address: Address): Record<"Location", string> {
  return { Location: `/api/v1/schedules/${encodeURIComponent(address.id)}` };
}
