/**
 * The shape of sessions, messages and events over HTTP, in and out.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { agentNameSchema } from "../../actors/session/agent.ts";
import { parseDuration } from "./duration.ts";
import { pageQuerySchema } from "./schemas.ts";
import {
  json,
  metadata,
  queryNumber,
  seq,
  sessionIdSchema,
  sessionStatusSchema,
  time,
  usageSchema,
} from "./value_schemas.ts";

// Sessions

/** A session. */
export const sessionSchema = z.object({
  id: z.string(),
  agent: z.string().describe("The agent's name"),
  agent_version: z.int(),
  status: sessionStatusSchema,
  seq: seq.describe("The number of its last event"),
  created_at: time,
  updated_at: time,
  metadata,
  parent: z.string().nullable().default(null)
    .describe("The session that delegated its task to it; null for one that nobody delegated to"),
  usage: usageSchema,
  turns: z.int().describe("Turns begun"),
  queued: z.int().describe("Messages that wait for the running turn to end"),
  bytes: z.int().describe("Bytes of its journal"),
}).openapi("Session");

/** A page of sessions. */
export const sessionListSchema = z.object({
  items: z.array(sessionSchema),
  next: z.string().nullable().describe("The `cursor` of the next page; null on the last"),
}).openapi("SessionList");

/** The query of GET /api/v1/sessions. */
export const sessionListQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  status: sessionStatusSchema.optional(),
  agent: agentNameSchema.optional(),
});

/** The body of POST /api/v1/sessions. */
export const createSessionSchema = z.strictObject({
  agent: agentNameSchema.optional().describe("An agent's name; `assistant` unless given"),
  id: sessionIdSchema.optional().describe("The session's id; a new one unless given"),
  metadata: metadata.default({}),
}).openapi("CreateSession");

/** The body of POST /api/v1/sessions/{id}/fork. */
export const forkSessionSchema = z.strictObject({
  seq: z.int().min(1).optional().describe("After which event to branch off; the last unless given"),
  metadata: metadata.default({}),
}).openapi("ForkSession");

/** The body of POST /api/v1/sessions/{id}/cancel. */
export const cancelSchema = z.strictObject({
  reason: z.string().max(1000).default("Cancelled by a caller"),
}).openapi("Cancel");

/** The query of GET /api/v1/sessions/{id}/state. */
export const stateQuerySchema = z.strictObject({
  seq: queryNumber(1).optional().describe(
    "After which event; the last unless given",
  ),
});

/** A past or present state. */
export const stateSchema = z.object({
  seq,
  hash: z.string().describe("The hash of the event at `seq`"),
  state: json,
}).openapi("State");

// Messages

/** The body of POST /api/v1/sessions/{id}/messages. */
export const sendMessageSchema = z.strictObject({
  content: z.string().min(1),
  on_busy: z.enum(["queue", "inject", "interrupt", "reject"]).optional()
    .describe("What to do with it during a turn; the agent's choice unless given"),
}).openapi("SendMessage");

/** The query of POST /api/v1/sessions/{id}/messages. Output: milliseconds. */
export const sendMessageQuerySchema = z.strictObject({
  wait: z.string()
    .regex(
      /^\d{1,9}(\.\d{1,3})?(ms|s|m|h)?$/,
      "a duration such as 30s, 500ms, 2m, 1h or 30 (seconds)",
    )
    .transform(parseDuration).optional()
    .openapi({ type: "string", example: "30s", description: "Wait that long for the reply" }),
});

/** The message is stored. Its turn is not over, or was not waited for. */
export const messageAcceptedSchema = z.object({
  id: z.string().describe("The message's id"),
  status: z.enum(["accepted", "waiting"]).describe("`waiting`: a person has to decide first"),
  approvals: z.array(z.string()).optional().describe("What has to be decided, when `waiting`"),
}).openapi("MessageAccepted");

/** The message's turn is over. */
export const messageAnsweredSchema = z.object({
  id: z.string().describe("The message's id"),
  session: z.string(),
  turn: z.int().nullable().describe("Null if the session was closed before its turn came"),
  outcome: z.enum(["completed", "failed", "cancelled"]),
  reply: z.string().nullable().describe("The agent's final text; null unless `completed`"),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
}).openapi("MessageAnswered");

// Events

/** An event. */
export const eventSchema = z.object({
  seq: z.int().min(1),
  type: z.string().openapi({ example: "turn.completed" }),
  v: z.int(),
  at: time,
  cause: z.string().describe("The id of the command that caused it"),
  payload: json,
  hash: z.string(),
}).openapi("Event");

/** A page of events. */
export const eventListSchema = z.object({
  items: z.array(eventSchema),
  next: z.int().nullable().describe("The `after` of the next page; null on the last"),
}).openapi("EventList");

/** The query of GET /api/v1/sessions/{id}/events. */
export const eventsQuerySchema = z.strictObject({
  after: queryNumber(0).default(0).describe("Only events with a higher seq"),
  limit: queryNumber(1, 1000).default(100).describe("Events on a JSON page"),
  follow: z.enum(["true", "false"]).default("true")
    .describe("Whether an event stream stays open for what is yet to come"),
});
