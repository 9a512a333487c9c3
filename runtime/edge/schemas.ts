/**
 * The shape of everything that goes over HTTP, in and out. The OpenAPI document is made from these,
 * and a client may check what it receives with them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Json } from "../../actors/behavior.ts";
import { agentNameSchema, agentSchema } from "../../actors/session/agent.ts";
import { parseDuration } from "./duration.ts";

/** Any JSON value. What was parsed from JSON is one, so nothing is left to check. */
const json = z.unknown().openapi({ description: "Any JSON value" }) as z.ZodType<Json>;
const metadata = z.record(z.string(), json).describe("Whatever the caller wants to keep with it");
const time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
const seq = z.int().min(0);

/** A session's id, as a caller may choose it. `.` and `..` are no path segments, so they are out. */
export const sessionIdSchema = z.string()
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9._:-]{1,128}$/, "1 to 128 of A-Z a-z 0-9 . _ : -")
  .openapi({ example: "ses_01jz8k4v5n7q9r2t3w6x8y0abc" });

/** What a session is doing. */
export const sessionStatusSchema = z.enum(["idle", "running", "waiting", "closed", "failed"])
  .openapi("SessionStatus");

/** What model calls used. */
export const usageSchema = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cost_usd: z.number().min(0),
}).openapi("Usage");

/** One fault of a request. */
export const requestFaultSchema = z.object({
  path: z.string().describe("Where: `body.content`, `query.limit`"),
  message: z.string().describe("What was found and what is accepted"),
}).openapi("RequestFault");

/** RFC 9457. Further members are facts that belong to the code. */
export const problemSchema = z.looseObject({
  type: z.string().openapi({ example: "urn:synapse:problem:session_not_found" }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe("Stable; compare this, never the texts"),
  instance: z.string().optional().describe("The path that was asked for"),
  request_id: z.string().optional().describe("Find it in the node's log"),
  errors: z.array(requestFaultSchema).optional(),
}).openapi("Problem");

// Health

/** The answer of GET /health. */
export const healthSchema = z.object({ status: z.literal("ok"), version: z.string() })
  .openapi("Health");

/** The state of one dependency. */
export const checkSchema = z.object({
  status: z.enum(["ok", "degraded", "failed"]),
  detail: z.string().optional(),
}).openapi("Check");

/** The answer of GET /ready. */
export const readySchema = z.object({
  status: z.enum(["ready", "degraded", "not_ready"]),
  checks: z.record(z.string(), checkSchema).describe("One for each dependency"),
}).openapi("Ready");

// Parameters

/** Which page of a list. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().min(1).max(512).optional().describe("`next` of the page before"),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("Items on the page"),
});

/** The id in a path. Whether there is such a thing is found out later. */
export const idParamSchema = z.object({ id: z.string() });

/** The header that makes a POST repeatable. */
export const idempotencyHeaderSchema = z.object({
  "idempotency-key": z.string().optional().describe(
    "1 to 255 visible ASCII characters: repeating the request with the same key within the idempotency window changes nothing and gets the same answer",
  ),
});

/** The header with which an event stream is resumed. */
export const lastEventIdHeaderSchema = z.object({
  "last-event-id": z.string().optional().describe(
    "The `id` of the last event received, `seq` or `seq.n`; wins over `after`",
  ),
});

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
  seq: z.coerce.number().int().min(1).optional().describe(
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
    .regex(/^\d{1,9}(\.\d{1,3})?(ms|s|m)?$/, "a duration such as 30s, 500ms, 2m or 30 (seconds)")
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
  after: z.coerce.number().int().min(0).default(0).describe("Only events with a higher seq"),
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe("Events on a JSON page"),
  follow: z.enum(["true", "false"]).default("true")
    .describe("Whether an event stream stays open for what is yet to come"),
});

// Approvals

/** `pending`, or how the question was settled; `cancelled`: its turn ended first. */
export const approvalStatusSchema = z.enum([
  "pending",
  "approve",
  "deny",
  "run_again",
  "treat_as_done",
  "fail",
  "cancelled",
]).openapi("ApprovalStatus");

/** What was said when a question was settled. */
export const approvalDecisionSchema = z.object({
  by: z.string(),
  reason: z.string().nullable(),
  edited: z.boolean().describe("Whether another input or an output was given"),
  input: json,
}).openapi("ApprovalDecision");

/** A question to a person. */
export const approvalSchema = z.object({
  id: z.string(),
  session: z.string(),
  kind: z.enum(["skill", "interrupted"]).describe(
    "`skill`: may this call run? `interrupted`: a crash left unknown whether this call was done",
  ),
  call_id: z.string(),
  skill: z.string(),
  input: json,
  risk: z.int(),
  status: approvalStatusSchema,
  requested_at: time,
  decided_at: time.nullable(),
  decision: approvalDecisionSchema.nullable().describe("Null while it is pending"),
}).openapi("Approval");

/** A page of approvals. */
export const approvalListSchema = z.object({
  items: z.array(approvalSchema),
  next: z.string().nullable(),
}).openapi("ApprovalList");

/** The query of GET /api/v1/approvals. */
export const approvalListQuerySchema = z.strictObject({
  ...pageQuerySchema.shape,
  status: z.enum(["all", ...approvalStatusSchema.options]).default("pending"),
});

/** The body of POST /api/v1/approvals/{id}. */
export const decideApprovalSchema = z.strictObject({
  decision: z.enum(["approve", "deny", "run_again", "treat_as_done", "fail"]).describe(
    "`approve` or `deny` a skill call; `run_again`, `treat_as_done` or `fail` an interrupted one",
  ),
  reason: z.string().max(10_000).optional().describe("The model is told"),
  input: json.optional().describe(
    "With `approve`: run it with this input instead. With `treat_as_done`: the call's output",
  ),
}).openapi("DecideApproval");

// Agents, skills, dead letters

/** What an agent is. */
export const agentSpecSchema = z.strictObject(agentSchema.shape).openapi("AgentSpec");

/** The newest version of an agent. */
export const storedAgentSchema = z.object({
  name: z.string(),
  version: z.int(),
  created_at: time,
  spec: agentSpecSchema,
}).openapi("Agent");

/** A stored agent, and what looks wrong with it. */
export const putAgentSchema = z.object({
  ...storedAgentSchema.shape,
  warnings: z.array(z.string()),
}).openapi("AgentStored");

/** All agents. */
export const agentListSchema = z.object({
  items: z.array(storedAgentSchema),
  next: z.null(),
}).openapi("AgentList");

/** The name in a path. */
export const agentParamSchema = z.object({ name: agentNameSchema });

/** A skill. */
export const skillSchema = z.object({
  name: z.string(),
  description: z.string(),
  input_schema: z.record(z.string(), z.unknown()).describe("JSON Schema"),
  risk: z.int().min(0).max(5),
  capabilities: z.array(z.string()),
  idempotent: z.boolean(),
  timeout: z.int().describe("Milliseconds"),
  has_lookup: z.boolean(),
  source: z.string(),
}).openapi("Skill");

/** All skills, and the files that could not be loaded. */
export const skillListSchema = z.object({
  items: z.array(skillSchema),
  next: z.null(),
  faults: z.array(z.object({ file: z.string(), reason: z.string() })),
}).openapi("SkillList");

/** A command put aside because its actor throws on it. */
export const deadLetterSchema = z.object({
  id: z.string(),
  actor: z.string().openapi({ example: "session/ses_01jz8k4v5n7q9r2t3w6x8y0abc" }),
  command_id: z.string(),
  command: json,
  sender: z.string(),
  error: z.string(),
  attempts: z.int(),
  at: time,
  status: z.enum(["open", "retried"]),
}).openapi("DeadLetter");

/** A page of dead letters. */
export const deadLetterListSchema = z.object({
  items: z.array(deadLetterSchema),
  next: z.string().nullable(),
}).openapi("DeadLetterList");
