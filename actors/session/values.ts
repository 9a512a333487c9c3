/**
 * The small shapes that a session's commands and events share.
 *
 * @module
 */
import { z } from "zod";
import type { Json } from "../behavior.ts";

/**
 * Any JSON value. Commands and events come out of JSON, so only that there is one is left to check; how
 * deep it may be is a matter of those who let it in, see {@link JSON_DEPTH_MAX}.
 */
export const jsonSchema: z.ZodType<Json, Json> = z.custom<Json>((value) => value !== undefined);

/** What a model call used. */
export const usageSchema = z.object({
  input_tokens: z.int().nonnegative(),
  output_tokens: z.int().nonnegative(),
  cost_usd: z.number().nonnegative(),
});

/** What a model call used: see {@link usageSchema}. */
export type Usage = z.output<typeof usageSchema>;

/** Why something failed: a stable code and words for people and models. */
export const faultSchema = z.object({ code: z.string(), message: z.string() });

/** Why something failed. */
export type Fault = z.output<typeof faultSchema>;

/** A call that the model asked for, with what the catalogue knows of that skill. */
export const proposedCallSchema = z.object({
  skill: z.string(),
  input: jsonSchema,
  risk: z.int().min(0).max(5),
  idempotent: z.boolean(),
  /** Set when the call cannot be made: unknown skill, input that its schema refuses. */
  problem: faultSchema.nullable(),
});

/** A call that the model asked for. */
export type ProposedCall = z.output<typeof proposedCallSchema>;

/** The call of another session for which a session works. */
export const parentSchema = z.object({
  id: z.string(),
  call_id: z.string(),
  /** How many sessions stand above this one; 1 for the child of a session that nobody delegated to. */
  depth: z.int().min(1),
});

/** The call of another session for which a session works. */
export type Parent = z.output<typeof parentSchema>;

/** How the work for a parent ended. */
export const taskOutcomeSchema = z.enum(["completed", "failed", "cancelled"]);

/** What a session that asks for its schedules is told of one; times in milliseconds since the epoch. */
export const knownScheduleSchema = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  content: z.string(),
  cron: z.string().nullable(),
  time_zone: z.string().nullable(),
  next: z.int().nullable(),
});

/** What a session is told of a schedule. */
export type KnownSchedule = z.output<typeof knownScheduleSchema>;

/** What happens to a message that arrives during a turn. */
export const onBusySchema = z.enum(["queue", "inject", "interrupt", "reject"]);

/** What happens to a message that arrives during a turn. */
export type OnBusy = z.output<typeof onBusySchema>;

/** What a person can decide about a risky call, or about one whose outcome is unknown. */
export const decisionSchema = z.enum(["approve", "deny", "run_again", "treat_as_done", "fail"]);
