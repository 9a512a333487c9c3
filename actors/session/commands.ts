/**
 * What a session can be asked, by people, by the shell that carries out its effects, and by its timers.
 *
 * @module
 */
import { z } from "zod";
import { pinnedAgentSchema } from "./agent.ts";
import {
  memoryDraftSchema,
  noteOutcomeSchema,
  recalledNoteSchema,
  recallModeSchema,
} from "./memory_item.ts";
import {
  decisionSchema,
  faultSchema,
  jsonSchema,
  knownScheduleSchema,
  onBusySchema,
  parentSchema,
  proposedCallSchema,
  taskOutcomeSchema,
  usageSchema,
} from "./values.ts";

const command = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...shape });

/** All commands of a session, by `type`. */
export const sessionCommandSchema = z.discriminatedUnion("type", [
  command("session.create", {
    agent: pinnedAgentSchema,
    metadata: z.record(z.string(), jsonSchema),
  }),
  /** `state` is the source's state at `from.seq`. */
  command("session.fork", {
    from: z.object({ id: z.string(), seq: z.int(), hash: z.string() }),
    metadata: z.record(z.string(), jsonSchema),
    state: jsonSchema,
  }),
  /** From the session that delegates: begins with its first and only task. */
  command("session.spawn", {
    agent: pinnedAgentSchema,
    parent: parentSchema,
    task: z.object({ message_id: z.string(), content: z.string() }),
  }),
  command("session.close", {
    reason: z.string().nullable(),
    /** Whether what it noted goes from memory too; it stays unless given. */
    forget: z.boolean().optional(),
  }),
  command("message.send", {
    message_id: z.string(),
    content: z.string(),
    on_busy: onBusySchema.nullable(),
  }),
  command("turn.cancel", { reason: z.string() }),
  command("approval.decide", {
    approval_id: z.string(),
    decision: decisionSchema,
    reason: z.string().nullable(),
    /** The edited input (approve) or the outcome (treat_as_done); absent when there is none. */
    input: jsonSchema.optional(),
    by: z.string(),
  }),
  /** From the shell: a model call ended with an answer. */
  command("llm.complete", {
    call_id: z.string(),
    text: z.string(),
    calls: z.array(proposedCallSchema),
    provider: z.string(),
    model: z.string(),
    finish_reason: z.string(),
    usage: usageSchema,
    attempts: z.int().min(1),
  }),
  /** From the shell: a model call ended for good without an answer. */
  command("llm.fail", { call_id: z.string(), error: faultSchema, attempts: z.int() }),
  /** From the shell: a summary is there, or (`degraded`) could not be had. */
  command("context.compact", {
    call_id: z.string(),
    summary: z.string(),
    usage: usageSchema,
    degraded: faultSchema.nullable(),
  }),
  /** From the shell: a skill call ended. */
  command("skill.complete", {
    call_id: z.string(),
    output: jsonSchema,
    via: z.enum(["run", "lookup"]),
    ms: z.number(),
  }),
  command("skill.fail", { call_id: z.string(), error: faultSchema, ms: z.number() }),
  /** From the shell: after a crash nobody can say how this call ended. */
  command("skill.interrupt", { call_id: z.string() }),
  /** From the shell: the agent to which a call delegates, as the child is to pin it. */
  command("child.spawn", { call_id: z.string(), agent: pinnedAgentSchema }),
  /** From a child: its task ended. `text` is its final answer when `completed`, `error` says why not. */
  command("child.reply", {
    call_id: z.string(),
    child_id: z.string(),
    outcome: taskOutcomeSchema,
    text: z.string(),
    error: faultSchema.nullable(),
    usage: usageSchema,
  }),
  /** From the shell: the session's schedules that are not closed, as far as a call needs them. */
  command("schedules.found", { call_id: z.string(), schedules: z.array(knownScheduleSchema) }),
  /** From the shell: what memory found, for a turn or for a call of `recall`. */
  command("memory.found", {
    call_id: z.string(),
    items: z.array(recalledNoteSchema),
    mode: recallModeSchema,
    unavailable: faultSchema.nullable(),
  }),
  /** From the shell: what is worth keeping of a turn. */
  command("memory.extract", {
    call_id: z.string(),
    items: z.array(memoryDraftSchema),
    usage: usageSchema,
    error: faultSchema.nullable(),
  }),
  /** From the shell: memory did what event `of` asks, or never will (`refused`). */
  command("memory.settle", {
    of: z.int(),
    outcomes: z.array(noteOutcomeSchema),
    forgotten: z.int(),
    refused: faultSchema.nullable(),
  }),
  /** From the shell: memory cannot be reached for event `of`. */
  command("memory.defer", { of: z.int(), error: faultSchema }),
  /** From the session's own timer: memory may be back. */
  command("memory.retry", { of: z.int() }),
  /** From people: these items are to be forgotten, or all that the session noted. */
  command("memory.forget", { ids: z.array(z.string()).nullable(), by: z.string() }),
  /** From the session's own timer: the turn's wall time may be over. */
  command("turn.expire", { turn: z.int() }),
]);

/** A command to a session. */
export type SessionCommand = z.output<typeof sessionCommandSchema>;

/** The command of that type. */
export type CommandOf<Type extends SessionCommand["type"]> = Extract<
  SessionCommand,
  { type: Type }
>;
