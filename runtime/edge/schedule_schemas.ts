/**
 * The shape of schedules over HTTP, in and out.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import {
  CONTENT_CHARS_MAX,
  CRON_CHARS_MAX,
  NAME_CHARS_MAX,
  ZONE_CHARS_MAX,
} from "../../actors/schedule/plan.ts";
import { agentNameSchema } from "../../actors/session/agent.ts";
import { pageQuerySchema } from "./schemas.ts";
import { moment, time } from "./value_schemas.ts";

/** What a schedule is doing. */
export const scheduleStatusSchema = z.enum(["active", "paused", "closed"])
  .openapi("ScheduleStatus");

/** A schedule. */
export const scheduleSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: scheduleStatusSchema,
  outcome: z.enum(["done", "cancelled"]).nullable()
    .describe("How it came to be closed; `done`: its last time is over"),
  session: z.string().nullable().describe("Where its messages go; null: each to a new session"),
  agent: z.string().nullable().describe("The agent of those new sessions"),
  agent_version: z.int().nullable().describe("The version that the schedule pinned"),
  content: z.string().describe("The message"),
  cron: z.string().nullable(),
  time_zone: z.string().nullable(),
  at: time.nullable(),
  next: time.nullable().describe("When it is due next; null unless it is active"),
  fired: z.int().describe("Messages sent"),
  missed: z.int().describe("Times that nobody kept, because no node ran"),
  last: z.object({
    planned: time.describe("The time that was kept, however late"),
    session: z.string(),
  }).nullable().describe("The last message"),
  created_at: time,
  updated_at: time,
}).openapi("Schedule");

/** A page of schedules. */
export const scheduleListSchema = z.object({
  items: z.array(scheduleSchema),
  next: z.string().nullable().describe("The `cursor` of the next page; null on the last"),
}).openapi("ScheduleList");

/** The query of GET /api/v1/schedules. */
export const scheduleListQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  status: scheduleStatusSchema.optional(),
  session: z.string().min(1).optional().describe("Only those whose messages go to this session"),
});

/** The body of POST /api/v1/schedules. Whether it ever comes due is checked by the schedule itself. */
export const createScheduleSchema = z.strictObject({
  session: z.string().min(1).optional().describe("A session that there is"),
  agent: agentNameSchema.optional().describe(
    "In place of a session: an agent, with a new session for each message. `assistant` if there is neither",
  ),
  content: z.string().min(1).max(CONTENT_CHARS_MAX).describe("The message"),
  name: z.string().min(1).max(NAME_CHARS_MAX).optional(),
  cron: z.string().max(CRON_CHARS_MAX).optional().openapi({
    example: "0 9 * * MON-FRI",
    description: "Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, " +
      "@monthly, @yearly",
  }),
  time_zone: z.string().max(ZONE_CHARS_MAX).optional().openapi({
    example: "Europe/Zurich",
    description: "Of `cron`; UTC unless given",
  }),
  at: moment.optional().openapi({
    example: "2030-01-31T09:00:00+01:00",
    description: "In place of `cron`: one time",
  }),
}).refine(
  ({ session, agent }) => session === undefined || agent === undefined,
  { message: "Wanted session or agent, not both", path: ["agent"] },
).openapi("CreateSchedule");
