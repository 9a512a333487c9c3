/**
 * What can have happened in a session. Events are facts: past tense, never changed. A change of shape
 * is a new version here and a step in `upcast.ts`.
 *
 * @module
 */
import { z } from "zod";
import { pinnedAgentSchema } from "./agent.ts";
import {
  memoryNoteSchema,
  noteOutcomeSchema,
  recalledNoteSchema,
  recallModeSchema,
} from "./memory_item.ts";
import {
  decisionSchema,
  faultSchema,
  jsonSchema,
  parentSchema,
  taskOutcomeSchema,
  usageSchema,
} from "./values.ts";

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), v: z.literal(1), payload: z.object(shape) });

const turn = z.int().min(1);
const call_id = z.string();
/** Questions that nobody needs to answer any more, because their turn ended. */
const open_approvals = z.array(z.string());

/** All events of a session, by `type`. */
export const sessionEventSchema = z.discriminatedUnion("type", [
  event("session.created", {
    agent: pinnedAgentSchema,
    metadata: z.record(z.string(), jsonSchema),
  }),
  /** It begins as the child of another session, for one task. */
  event("session.spawned", {
    agent: pinnedAgentSchema,
    metadata: z.record(z.string(), jsonSchema),
    parent: parentSchema,
  }),
  /** The whole state at `from.seq` is carried along, so that a fork outlives what it came from. */
  event("session.forked", {
    from: z.object({ id: z.string(), seq: z.int(), hash: z.string() }),
    metadata: z.record(z.string(), jsonSchema),
    state: jsonSchema,
  }),
  event("session.closed", { reason: z.string().nullable() }),
  /** `disposition` is the choice made for this message; it holds after a crash. */
  event("message.received", {
    message_id: z.string(),
    content: z.string(),
    disposition: z.enum(["start", "queue", "inject", "interrupt"]),
  }),
  event("turn.started", { turn, message_ids: z.array(z.string()) }),
  event("turn.completed", { turn, call_id, usage: usageSchema }),
  event("turn.failed", { turn, error: faultSchema, open_approvals }),
  event("turn.cancelled", { turn, reason: z.string(), open_approvals }),
  event("llm.completed", {
    turn,
    call_id,
    text: z.string(),
    calls: z.array(z.object({ call_id, skill: z.string(), input: jsonSchema })),
    provider: z.string(),
    model: z.string(),
    finish_reason: z.string(),
    usage: usageSchema,
    attempts: z.int().min(1),
  }),
  event("llm.failed", { turn, call_id, error: faultSchema, attempts: z.int() }),
  event("skill.requested", {
    turn,
    call_id,
    skill: z.string(),
    input: jsonSchema,
    risk: z.int(),
    idempotent: z.boolean(),
  }),
  event("approval.requested", {
    approval_id: z.string(),
    call_id,
    skill: z.string(),
    input: jsonSchema,
    risk: z.int(),
  }),
  /** `input` is the edited input, or null when the requested one stands. */
  event("approval.decided", {
    approval_id: z.string(),
    call_id,
    decision: decisionSchema,
    reason: z.string().nullable(),
    input: jsonSchema,
    edited: z.boolean(),
    by: z.string(),
  }),
  /** `input` is what really runs; `key` is the idempotency key, the same at every attempt. */
  event("skill.started", { call_id, input: jsonSchema, key: z.string(), attempt: z.int().min(1) }),
  /** `output` is whole; the model sees its first `shown_chars` characters. */
  event("skill.completed", {
    call_id,
    output: jsonSchema,
    shown_chars: z.int().positive(),
    /**
     * `message`: by messages between actors, without an effect that could do anything. `session`: by
     * the session itself, whose other events say what it did.
     */
    via: z.enum(["run", "lookup", "person", "message", "session"]),
    ms: z.number(),
  }),
  event("skill.failed", { call_id, error: faultSchema, ms: z.number() }),
  /** A call waits for the answer of a session that was made for it. */
  event("child.spawned", {
    call_id,
    child_id: z.string(),
    agent: z.string(),
    agent_version: z.int().min(1),
    depth: z.int().min(1),
  }),
  /** That session answered; the call's result follows. `usage` is the child's, with its own children's. */
  event("child.replied", {
    call_id,
    child_id: z.string(),
    outcome: taskOutcomeSchema,
    usage: usageSchema,
  }),
  /** A call that is not idempotent was under way when the node died, and nobody can say how it ended. */
  event("skill.interrupted", {
    call_id,
    approval_id: z.string(),
    skill: z.string(),
    input: jsonSchema,
    risk: z.int(),
  }),
  /** The first `removed` items of the transcript stand in the summary from now on, except `pinned`. */
  event("context.compacted", {
    call_id,
    summary: z.string(),
    removed: z.int().min(1),
    pinned: z.array(z.string()),
    usage: usageSchema,
    degraded: faultSchema.nullable(),
  }),
  /** What memory found for the turn; the model sees it, so a replay needs no index. */
  event("memory.recalled", {
    turn,
    call_id,
    items: z.array(recalledNoteSchema),
    mode: recallModeSchema,
    /** Why memory could not be asked; the turn goes on without it. */
    unavailable: faultSchema.nullable(),
  }),
  /** Something to be kept, by a call of `remember` or found after a turn. Memory has it once `memory.written` says so. */
  event("memory.noted", {
    call_id,
    source: z.enum(["skill", "extraction"]),
    /** Whose items they are: see `memoryOwner`. */
    owner: z.string(),
    items: z.array(memoryNoteSchema),
    usage: usageSchema,
    error: faultSchema.nullable(),
  }),
  /**
   * Items to be forgotten: these, or all that the session noted so far. They stay in the journal.
   * `owner`: whose items only; null: whoever's.
   */
  event("memory.forgetting", {
    ids: z.array(z.string()).nullable(),
    owner: z.string().nullable(),
    by: z.string(),
  }),
  /** Memory did what event `of` asks: with each item's outcome, and how many it forgot. */
  event("memory.written", {
    of: z.int().min(1),
    outcomes: z.array(noteOutcomeSchema),
    forgotten: z.int(),
    /** Set when memory will never take it. */
    refused: faultSchema.nullable(),
  }),
  /** Memory could not be reached for event `of`; it is tried again at `until`. */
  event("memory.deferred", { of: z.int().min(1), until: z.number(), error: faultSchema }),
  /** That time has come. */
  event("memory.resumed", { of: z.int().min(1) }),
  event("budget.exceeded", {
    turn,
    scope: z.enum(["turn", "session"]),
    budget: z.enum(["tokens", "cost_usd", "steps", "wall_ms"]),
    limit: z.number(),
    used: z.number(),
  }),
]);

/** An event of a session. */
export type SessionEvent = z.output<typeof sessionEventSchema>;

/** The type of an event. */
export type SessionEventType = SessionEvent["type"];

/** What an event of that type says. */
export type Payload<Type extends SessionEventType> = Extract<
  SessionEvent,
  { type: Type }
>["payload"];

/** Makes an event of the present version. */
export function fact<Type extends SessionEventType>(
  type: Type,
  payload: Payload<Type>,
): Extract<SessionEvent, { type: Type }> {
  return { type, v: 1, payload } as Extract<SessionEvent, { type: Type }>;
}
