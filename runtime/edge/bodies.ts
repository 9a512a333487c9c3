/**
 * Records of the journal as the bodies that go out.
 *
 * @module
 */
import { z } from "zod";
import type { ActorRecord, DeadLetter, Question } from "../journal/directory_port.ts";
import type { JournalEvent } from "../journal/port.ts";
import {
  approvalDecisionSchema,
  approvalSchema,
  approvalStatusSchema,
  type deadLetterSchema,
} from "./schemas.ts";
import { type eventSchema, sessionSchema } from "./session_schemas.ts";
import { sessionStatusSchema } from "./value_schemas.ts";

/** What a session says about itself in the directory, see `Behavior.summary`. */
const sessionDetailsSchema = sessionSchema.pick({
  agent_version: true,
  metadata: true,
  parent: true,
  usage: true,
  turns: true,
  queued: true,
});

const questionDetailsSchema = approvalSchema.pick({
  call_id: true,
  skill: true,
  input: true,
  risk: true,
});

const questionKindSchema = z.enum(["skill", "interrupted"]);

/** A session's body. */
export function sessionBody(record: ActorRecord): z.output<typeof sessionSchema> {
  const { summary } = record;
  return {
    id: record.address.id,
    agent: summary.label,
    status: sessionStatusSchema.parse(summary.status),
    seq: record.seq,
    created_at: isoTime(record.created_at),
    updated_at: isoTime(record.updated_at),
    bytes: record.bytes,
    ...sessionDetailsSchema.parse(summary.details),
  };
}

/** An event's body. */
export function eventBody(event: JournalEvent): z.output<typeof eventSchema> {
  const { seq, type, v, at, cause, payload, hash } = event;
  return { seq, type, v, at: isoTime(at), cause, payload, hash };
}

/** An approval's body. */
export function approvalBody(question: Question): z.output<typeof approvalSchema> {
  const { settled_at } = question;
  return {
    id: question.id,
    session: question.address.id,
    kind: questionKindSchema.parse(question.kind),
    ...questionDetailsSchema.parse(question.details),
    status: approvalStatusSchema.parse(question.status),
    requested_at: isoTime(question.asked_at),
    decided_at: settled_at === null ? null : isoTime(settled_at),
    decision: settled_at === null ? null : approvalDecisionSchema.parse(question.outcome),
  };
}

/** A dead letter's body. */
export function deadLetterBody(letter: DeadLetter): z.output<typeof deadLetterSchema> {
  const { address, at, id, command_id, command, sender, error, attempts, status } = letter;
  return {
    id,
    actor: `${address.type}/${address.id}`,
    command_id,
    command,
    sender,
    error,
    attempts,
    at: isoTime(at),
    status,
  };
}

/** A time as it goes out: ISO 8601, UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
