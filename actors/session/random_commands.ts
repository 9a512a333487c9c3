/**
 * Arbitrary values and commands for sessions under test.
 *
 * @module
 */
import fc from "fast-check";
import type { Json } from "../behavior.ts";
import type { SessionCommand } from "./commands.ts";
import { type RecalledNote, recallModeSchema } from "./memory_item.ts";
import { MEMORY_KINDS } from "./memory_policy.ts";
import { cancel, close, create, sampleAgent } from "./session_scenario.ts";
import {
  decisionSchema,
  type KnownSchedule,
  onBusySchema,
  type ProposedCall,
  taskOutcomeSchema,
  type Usage,
} from "./values.ts";

/** Present in one of three cases. */
export const rarely = <T, U>(arbitrary: fc.Arbitrary<T>, otherwise: U): fc.Arbitrary<T | U> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(otherwise) },
    { weight: 1, arbitrary },
  );

/** Any JSON value, not too deep. */
export const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

/** Mostly long, so that a handful of them fills a window. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.integer({ min: 0, max: 3000 }).map((length) => "x".repeat(length)),
  fc.string({ unit: "grapheme" }),
);

/** What a model call used. */
export const usage: fc.Arbitrary<Usage> = fc.record({
  input_tokens: fc.nat(50),
  output_tokens: fc.nat(50),
  cost_usd: fc.double({ min: 0, max: 0.1, noNaN: true }),
});

const scheduleInput: fc.Arbitrary<Json> = fc.constantFrom<Json>(
  { action: "create", content: "Report", cron: "0 9 * * 1", time_zone: "Europe/Zurich" },
  { action: "create", content: "Report", at: "1970-01-01T00:10:00Z" },
  { action: "create", content: "Report", cron: "often" },
  { action: "list" },
  { action: "cancel", id: "sch_1" },
);

const memoryCall = fc.oneof(
  fc.record({
    skill: fc.constantFrom("remember", "recall", "forget"),
    input: fc.constantFrom<Json>(
      { text: "Tea at five", kind: "preference" },
      { query: "tea" },
      { ids: ["mem_1"] },
    ),
  }),
  fc.constantFrom<Pick<ProposedCall, "skill" | "input">>(
    { skill: "remember", input: { text: "Tea at five" } },
    { skill: "remember", input: { text: "Coffee at six", kind: "procedure" } },
    { skill: "recall", input: { query: "tea" } },
    { skill: "forget", input: { ids: ["mem_1", "mem_2"] } },
  ),
);

const skillAndInput: fc.Arbitrary<Pick<ProposedCall, "skill" | "input">> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ skill: fc.constantFrom("clock", "send_mail"), input: json }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      skill: fc.constant("delegate"),
      input: fc.oneof({ weight: 4, arbitrary: fc.constant({ task: "Write" }) }, json),
    }),
  },
  { weight: 1, arbitrary: fc.record({ skill: fc.constant("schedule"), input: scheduleInput }) },
  { weight: 2, arbitrary: memoryCall },
);

/** A call that a model asks for. */
export const call: fc.Arbitrary<ProposedCall> = fc.tuple(
  skillAndInput,
  fc.record({
    risk: fc.nat(5),
    idempotent: fc.boolean(),
    problem: rarely(fc.constant({ code: "skill_not_found", message: "None" }), null),
  }),
).map(([named, judged]) => ({ ...named, ...judged }));

/** A schedule that a session is told of. */
export const knownSchedule: fc.Arbitrary<KnownSchedule> = fc.record({
  id: fc.constantFrom("sch_1", "sch_2"),
  name: rarely(text, null),
  status: fc.constantFrom("active", "paused"),
  content: text,
  cron: fc.constant("0 9 * * 1"),
  time_zone: fc.constant("UTC"),
  next: rarely(fc.nat(), null),
});

/** An item that memory finds; some are too long for a narrow window. */
export const recalledNote: fc.Arbitrary<RecalledNote> = fc.record({
  id: fc.constantFrom("mem_1", "mem_2"),
  kind: fc.constantFrom(...MEMORY_KINDS),
  text,
  at: fc.nat(),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** The choice that comes with a message. */
export const onBusy = rarely(fc.constantFrom(...onBusySchema.options), null);

/** Ids that calls of all kinds really get, and some that they never do. */
const callId = fc.constantFrom(
  "call_1_0",
  "call_2_1",
  "llm_3",
  "llm_7",
  "compact_9",
  "recall_3",
  "extract_6",
  "nope",
  "",
);

const error = fc.constant({ code: "broken", message: "It broke" });

const fixed = <Type extends string>(type: Type) => fc.constant(type);

/** Any command, with ids that may be right. */
export const anyCommand: fc.Arbitrary<SessionCommand> = fc.oneof(
  fc.constantFrom<SessionCommand>(create(), close(), cancel()),
  fc.record({
    type: fixed("session.fork"),
    from: fc.constant({ id: "ses_9", seq: 1, hash: "" }),
    metadata: fc.constant({}),
    state: fc.constantFrom(null, 1, "agent", [], { agent: null }),
  }),
  fc.record({
    type: fixed("message.send"),
    message_id: fc.uuid(),
    content: text,
    on_busy: onBusy,
  }),
  fc.record({
    type: fixed("approval.decide"),
    approval_id: fc.nat(30).map((seq) => `apr_ses_0_${seq}`),
    decision: fc.constantFrom(...decisionSchema.options),
    reason: rarely(text, null),
    input: rarely(json, undefined),
    by: fc.constant("ada"),
  }),
  fc.record({
    type: fixed("llm.complete"),
    call_id: callId,
    text,
    calls: fc.array(call, { maxLength: 3 }),
    provider: fc.constant("demo"),
    model: fc.constant("demo-1"),
    finish_reason: fc.constant("stop"),
    usage,
    attempts: fc.constant(1),
  }),
  fc.record({ type: fixed("llm.fail"), call_id: callId, error, attempts: fc.nat(3) }),
  fc.record({
    type: fixed("context.compact"),
    call_id: callId,
    summary: text,
    usage,
    degraded: rarely(error, null),
  }),
  fc.record({
    type: fixed("skill.complete"),
    call_id: callId,
    output: json,
    via: fc.constantFrom("run" as const, "lookup" as const),
    ms: fc.nat(),
  }),
  fc.record({ type: fixed("skill.fail"), call_id: callId, error, ms: fc.nat() }),
  fc.record({ type: fixed("skill.interrupt"), call_id: callId }),
  fc.record({
    type: fixed("session.spawn"),
    agent: fc.constant(sampleAgent()),
    parent: fc.constant({ id: "ses_9", call_id: "call_1_0", depth: 1 }),
    task: fc.record({ message_id: fc.uuid(), content: text }),
  }),
  fc.record({ type: fixed("child.spawn"), call_id: callId, agent: fc.constant(sampleAgent()) }),
  fc.record({
    type: fixed("child.reply"),
    call_id: callId,
    child_id: fc.nat(30).map((seq) => `ses_0~${seq}`),
    outcome: fc.constantFrom(...taskOutcomeSchema.options),
    text,
    error: rarely(error, null),
    usage,
  }),
  fc.record({
    type: fixed("schedules.found"),
    call_id: callId,
    schedules: fc.array(knownSchedule, { maxLength: 3 }),
  }),
  fc.record({ type: fixed("turn.expire"), turn: fc.integer() }),
  fc.record({
    type: fixed("memory.found"),
    call_id: callId,
    items: fc.array(recalledNote, { maxLength: 3 }),
    mode: fc.constantFrom(...recallModeSchema.options),
    unavailable: rarely(error, null),
  }),
  fc.record({
    type: fixed("memory.extract"),
    call_id: callId,
    items: fc.array(
      fc.record({ kind: fc.constantFrom(...MEMORY_KINDS), text: fc.constant("Tea") }),
    ),
    usage,
    error: rarely(error, null),
  }),
  fc.record({
    type: fixed("memory.settle"),
    of: fc.nat(30),
    outcomes: fc.array(
      fc.constant({ id: "mem_1", outcome: "stored" as const, into: "mem_1" }),
      { maxLength: 1 },
    ),
    forgotten: fc.nat(3),
    refused: rarely(error, null),
  }),
  fc.record({ type: fixed("memory.defer"), of: fc.nat(30), error }),
  fc.record({ type: fixed("memory.retry"), of: fc.nat(30) }),
  fc.record({
    type: fixed("memory.forget"),
    ids: rarely(fc.array(fc.constant("mem_1"), { minLength: 1, maxLength: 2 }), null),
    by: fc.constant("ada"),
  }),
);
