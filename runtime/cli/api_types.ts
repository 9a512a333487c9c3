/**
 * What the API answers with, as types: taken from its schemas, which stay out of this program's start.
 *
 * @module
 */
import type { z } from "@hono/zod-openapi";
import type * as memory from "../edge/memory_schemas.ts";
import type * as schemas from "../edge/schemas.ts";
import type * as sessions from "../edge/session_schemas.ts";

/** A session. */
export type ApiSession = z.output<typeof sessions.sessionSchema>;
/** A page of a session's events. */
export type ApiEventList = z.output<typeof sessions.eventListSchema>;
/** A durable event. */
export type ApiEvent = z.output<typeof sessions.eventSchema>;
/** A past or present state. */
export type ApiState = z.output<typeof sessions.stateSchema>;
/** A message that is stored and not answered yet. */
export type ApiMessageAccepted = z.output<typeof sessions.messageAcceptedSchema>;
/** A message whose turn is over. */
export type ApiMessageAnswered = z.output<typeof sessions.messageAnsweredSchema>;
/** A question to a person. */
export type ApiApproval = z.output<typeof schemas.approvalSchema>;
/** How a question can be answered. */
export type ApiDecision = z.output<typeof schemas.decideApprovalSchema>;
/** A command put aside. */
export type ApiDeadLetter = z.output<typeof schemas.deadLetterSchema>;
/** An agent. */
export type ApiAgent = z.output<typeof schemas.storedAgentSchema>;
/** An agent just stored. */
export type ApiAgentStored = z.output<typeof schemas.putAgentSchema>;
/** A page of agents. */
export type ApiAgentList = z.output<typeof schemas.agentListSchema>;
/** All skills. */
export type ApiSkillList = z.output<typeof schemas.skillListSchema>;
/** Something that is remembered. */
export type ApiMemoryItem = z.output<typeof memory.memoryItemSchema>;
/** Figures of memory. */
export type ApiMemoryStats = z.output<typeof memory.memoryStatsSchema>;
/** What was forgotten. */
export type ApiForgotten = z.output<typeof memory.forgottenSchema>;
/** A process that shares the journal. */
export type ApiNode = z.output<typeof schemas.nodeSchema>;
/** All nodes. */
export type ApiNodeList = z.output<typeof schemas.nodeListSchema>;
/** Readiness, dependency by dependency. */
export type ApiReady = z.output<typeof schemas.readySchema>;
