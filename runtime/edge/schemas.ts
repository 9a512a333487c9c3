/**
 * The shape of what goes over HTTP, in and out, besides sessions. The OpenAPI document is made from
 * these, and a client may check what it receives with them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { agentNameSchema, agentSchema } from "../../actors/session/agent.ts";
import { json, queryNumber, time } from "./value_schemas.ts";

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
  more: z.int().optional().describe("How many further faults there are than `errors` tells"),
}).openapi("Problem");

// Health

/** The answer of GET /health. */
export const healthSchema = z.object({ status: z.literal("ok"), version: z.string() })
  .openapi("Health");

/** The answer of GET /health when only a new start helps. */
export const stuckSchema = z.object({
  status: z.literal("stuck"),
  detail: z.string(),
  version: z.string(),
}).openapi("Stuck");

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
  limit: queryNumber(1, 200).default(50).describe("Items on the page"),
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

/** A process that shares the journal. Its times are by the journal's clock. */
export const nodeSchema = z.object({
  id: z.string(),
  incarnation: z.string().describe("Of this start of the process"),
  status: z.enum(["active", "draining", "silent"]).describe(
    "`silent`: its last sign of life is older than a lease, so that others have its partitions",
  ),
  version: z.string(),
  protocol_version: z.string(),
  partitions: z.int().describe("How many it holds"),
  weight: z.number().describe(
    "Its share of the partitions, in proportion to the others' weights; 0: it takes none",
  ),
  labels: z.record(z.string(), z.string()).describe("What people call it by"),
  started_at: time,
  seen_at: time.describe("Its last sign of life"),
  drain_requested: z.boolean().describe("Whether somebody asked it to drain"),
}).openapi("Node");

/** The body of POST /api/v1/nodes/{id}/drain. */
export const drainNodeSchema = z.strictObject({
  force: z.boolean().optional().describe("Even if no other node is left to work"),
}).openapi("DrainNode");

/** All nodes. */
export const nodeListSchema = z.object({
  items: z.array(nodeSchema),
  next: z.null(),
}).openapi("NodeList");

/** A page of dead letters. */
export const deadLetterListSchema = z.object({
  items: z.array(deadLetterSchema),
  next: z.string().nullable(),
}).openapi("DeadLetterList");
