/**
 * A session under test: sample agents and commands, and steps that find the call or question which
 * they are about by themselves.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { z } from "zod";
import type { Json } from "../behavior.ts";
import { type Outcome, Scenario } from "../scenario.ts";
import { agentSchema, type PinnedAgent } from "./agent.ts";
import { session } from "./behavior.ts";
import type { CommandOf, SessionCommand } from "./commands.ts";
import type { SessionLimits } from "./draft.ts";
import type { Payload, SessionEvent, SessionEventType } from "./events.ts";
import type { OpenCall, SessionState } from "./state.ts";
import type { OnBusy, ProposedCall, Usage } from "./values.ts";

/** A session at some point of its life. */
export type SessionScenario = Scenario<SessionState, SessionCommand, SessionEvent, SessionLimits>;

/** What the last of some commands led to. */
export type SessionOutcome = Outcome<SessionState, SessionCommand, SessionEvent> & {
  readonly then: SessionScenario;
};

/** A command, or what makes one for the state that it finds. */
export type Step = SessionCommand | ((state: SessionState) => SessionCommand);

/** What an agent is, but for what has a default. */
export type AgentDraft = z.input<typeof agentSchema>;

/** The limits of sessions under test. */
export const LIMITS: SessionLimits = {
  mailbox_per_session: 100,
  skill_output_model_chars: 1000,
  require_approval_for_risk: 3,
  delegation_depth: 3,
  children_open: 8,
  children_total: 100,
  schedules_per_session: 20,
  memory_unwritten: 10,
};

/** When sessions under test begin, in milliseconds since the epoch. */
export const START = 1_000_000;

/** What each answer of a model uses unless the step says otherwise. */
export const USAGE: Usage = { input_tokens: 10, output_tokens: 5, cost_usd: 0.25 };

/** An agent for tests. */
export function sampleAgent(spec: AgentDraft = {}): PinnedAgent {
  return { name: "assistant", version: 1, spec: agentSchema.parse(spec) };
}

/** A session that does not exist yet. */
export function newSession(limits: Partial<SessionLimits> = {}, id = "ses_1"): SessionScenario {
  const facts = { now: START, seq: 0, id, limits: { ...LIMITS, ...limits }, cause: "cmd_1" };
  return new Scenario(session, facts);
}

/** A session just created. */
export function openSession(
  spec: AgentDraft = {},
  limits: Partial<SessionLimits> = {},
): SessionScenario {
  return newSession(limits).when(create(spec)).then;
}

/** Sends commands one after the other. None but the last may be refused. */
export function play(from: SessionScenario, ...steps: readonly [Step, ...Step[]]): SessionOutcome {
  const [step, ...rest] = steps;
  const outcome = from.when(typeof step === "function" ? step(from.state) : step);
  const [next, ...others] = rest;
  if (next === undefined) return outcome;
  assert.equal(outcome.rejected, null, "Only the last command may be refused");
  return play(outcome.then, next, ...others);
}

/** The types of the events that a command caused. */
export function types(outcome: SessionOutcome): SessionEventType[] {
  return outcome.decision.events.map((event) => event.type);
}

/** What goes out to other actors: to whom, and which command. */
export function sends(outcome: SessionOutcome): [string, unknown][] {
  return (outcome.decision.sends ?? []).map(({ to, command }) => [`${to.type}/${to.id}`, command]);
}

/** What the only event of that type among those that a command caused says. */
export function payloadOf<Type extends SessionEventType>(
  outcome: SessionOutcome,
  type: Type,
): Payload<Type> {
  const found = outcome.decision.events.filter((event) => event.type === type);
  assert.equal(found.length, 1, `Events of type ${type}`);
  return found[0]!.payload as Payload<Type>;
}

/** Creates the session. */
export function create(spec: AgentDraft = {}): CommandOf<"session.create"> {
  return { type: "session.create", agent: sampleAgent(spec), metadata: {} };
}

/** Sends a message. */
export function send(
  message_id: string,
  on_busy: OnBusy | null = null,
  content = `text of ${message_id}`,
): CommandOf<"message.send"> {
  return { type: "message.send", message_id, content, on_busy };
}

/** Cancels the turn. */
export function cancel(reason = "enough"): CommandOf<"turn.cancel"> {
  return { type: "turn.cancel", reason };
}

/** Closes the session. */
export function close(): CommandOf<"session.close"> {
  return { type: "session.close", reason: null };
}

/** Answers the model call that is due with a text. */
export function answer(
  text: string,
  usage: Partial<Usage> = {},
): (state: SessionState) => CommandOf<"llm.complete"> {
  return (state) => modelAnswer(state, text, [], { ...USAGE, ...usage });
}

/** Answers the model call that is due with skill calls. */
export function propose(
  ...calls: Partial<ProposedCall>[]
): (state: SessionState) => CommandOf<"llm.complete"> {
  const proposed = calls.map((call) => ({
    skill: "clock",
    input: {},
    risk: 0,
    idempotent: true,
    problem: null,
    ...call,
  }));
  return (state) => modelAnswer(state, "", proposed, USAGE);
}

function modelAnswer(
  state: SessionState,
  text: string,
  calls: ProposedCall[],
  usage: Usage,
): CommandOf<"llm.complete"> {
  return {
    type: "llm.complete",
    call_id: dueCall(state),
    text,
    calls,
    provider: "demo",
    model: "demo-1",
    finish_reason: calls.length > 0 ? "tool_calls" : "stop",
    usage,
    attempts: 1,
  };
}

/** Has the model call that is due fail for good. */
export function failModel(state: SessionState): CommandOf<"llm.fail"> {
  const error = { code: "model_failed", message: "No provider answered" };
  return { type: "llm.fail", call_id: dueCall(state), error, attempts: 3 };
}

/** Has the summary that is due made. */
export function summarise(
  summary: string,
  degraded: CommandOf<"context.compact">["degraded"] = null,
): (state: SessionState) => CommandOf<"context.compact"> {
  return (state) => ({
    type: "context.compact",
    call_id: dueCall(state),
    summary,
    usage: USAGE,
    degraded,
  });
}

/** Has the `index`th call of the last answer end well. */
export function done(
  index: number,
  output: Json = `output ${index}`,
): (state: SessionState) => CommandOf<"skill.complete"> {
  return (state) => ({
    type: "skill.complete",
    call_id: callAt(state, index).call_id,
    output,
    via: "run",
    ms: 7,
  });
}

/** Has the `index`th call of the last answer fail. */
export function broken(index: number): (state: SessionState) => CommandOf<"skill.fail"> {
  const error = { code: "skill_threw", message: "It broke" };
  return (state) => ({
    type: "skill.fail",
    call_id: callAt(state, index).call_id,
    error,
    ms: 7,
  });
}

/** Says that nobody knows how the `index`th call of the last answer ended. */
export function interrupted(index: number): (state: SessionState) => CommandOf<"skill.interrupt"> {
  return (state) => ({ type: "skill.interrupt", call_id: callAt(state, index).call_id });
}

/** Has the agent be found to which the `index`th call of the last answer delegates. */
export function found(index: number): (state: SessionState) => CommandOf<"child.spawn"> {
  return (state) => ({
    type: "child.spawn",
    call_id: callAt(state, index).call_id,
    agent: { ...sampleAgent(), name: "writer", version: 3 },
  });
}

/** Has the session that works on the `index`th call of the last answer answer. */
export function reply(
  index: number,
  ending: Partial<CommandOf<"child.reply">> = {},
): (state: SessionState) => CommandOf<"child.reply"> {
  return (state) => {
    const { call_id, child } = callAt(state, index);
    const child_id = child?.id ?? "ses_none";
    const well = { outcome: "completed", text: `reply ${index}`, error: null } as const;
    return { type: "child.reply", call_id, child_id, usage: USAGE, ...well, ...ending };
  };
}

/** A person's decision about the `index`th call of the last answer. */
export function judge(
  index: number,
  decision: CommandOf<"approval.decide">["decision"],
  more: { reason?: string; input?: Json } = {},
): (state: SessionState) => CommandOf<"approval.decide"> {
  return (state) => ({
    type: "approval.decide",
    approval_id: callAt(state, index).approval_id ?? "apr_none",
    decision,
    reason: null,
    by: "ada",
    ...more,
  });
}

function dueCall(state: SessionState): string {
  return state.turn?.due?.call_id ?? "llm_none";
}

function callAt(
  state: SessionState,
  index: number,
): Pick<OpenCall, "call_id" | "approval_id" | "child"> {
  return state.turn?.calls[index] ?? { call_id: "call_none", approval_id: null, child: null };
}
