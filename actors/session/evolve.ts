/**
 * One fact, next state. Total: it refuses nothing, reads no clock and makes no ids, so that a replay
 * gives the same state byte for byte.
 *
 * @module
 */
import { compactTranscript, planCompaction } from "./context.ts";
import type { Payload, SessionEvent } from "./events.ts";
import { shownResult } from "./result_text.ts";
import { activeMs, isWaiting, NO_USAGE } from "./state.ts";
import type { Item, OpenCall, QueuedMessage, SessionState, Turn } from "./state.ts";
import type { Usage } from "./values.ts";

/** The state after one more event. */
export function evolve(
  state: SessionState,
  event: SessionEvent,
  at: number,
  seq: number,
): SessionState {
  return trackWaiting(apply(state, event, at, seq), at);
}

function apply(state: SessionState, event: SessionEvent, at: number, seq: number): SessionState {
  switch (event.type) {
    case "session.created":
      return {
        ...state,
        phase: "open",
        agent: event.payload.agent,
        metadata: event.payload.metadata,
      };
    case "session.forked":
      return forked(state.id, event.payload);
    case "session.closed":
      return { ...state, phase: "closed", queue: [] };
    case "message.received":
      return received(state, event.payload);
    case "turn.started":
      return started(state, event.payload, at, seq);
    case "turn.completed":
      return { ...endTurn(state, at, ""), failed: false };
    case "turn.failed":
      return {
        ...endTurn(state, at, `the turn failed: ${event.payload.error.message}`),
        failed: true,
      };
    case "turn.cancelled":
      return {
        ...endTurn(state, at, `the turn was cancelled: ${event.payload.reason}`),
        failed: false,
      };
    case "llm.completed":
      return answered(state, event.payload, seq);
    case "llm.failed":
      return withTurn(state, (turn) => ({ ...turn, due: null }));
    case "skill.requested":
      return withCall(state, event.payload.call_id, (call) => ({
        ...call,
        risk: event.payload.risk,
        idempotent: event.payload.idempotent,
      }));
    case "approval.requested":
      return withCall(state, event.payload.call_id, (call) => ({
        ...call,
        status: "awaiting",
        approval_id: event.payload.approval_id,
      }));
    case "approval.decided":
      return withCall(state, event.payload.call_id, (call) => ({ ...call, approval_id: null }));
    case "skill.started":
      return withCall(state, event.payload.call_id, (call) => ({
        ...call,
        status: "started",
        input: event.payload.input,
        key: event.payload.key,
        attempt: event.payload.attempt,
      }));
    case "skill.completed": {
      const content = shownResult(event.payload.output, event.payload.shown_chars);
      return callEnded(state, {
        role: "tool",
        call_id: event.payload.call_id,
        content,
        failed: false,
      }, seq);
    }
    case "skill.failed": {
      const { call_id, error } = event.payload;
      return callEnded(state, {
        role: "tool",
        call_id,
        content: `${error.code}: ${error.message}`,
        failed: true,
      }, seq);
    }
    case "skill.interrupted":
      return withCall(state, event.payload.call_id, (call) => ({
        ...call,
        status: "interrupted",
        approval_id: event.payload.approval_id,
      }));
    case "context.compacted":
      return compacted(state, event.payload, seq);
    case "budget.exceeded":
      return state;
    default:
      return event satisfies never;
  }
}

/** Takes over the source's state, without what was under way in it: that stays the source's. */
function forked(id: string, payload: Payload<"session.forked">): SessionState {
  const source = payload.state as unknown as SessionState;
  const settled = source.turn
    ? endTurn(source, source.turn.started_at, "the session was forked here")
    : source;
  return { ...settled, id, phase: "open", queue: [], metadata: payload.metadata };
}

function received(state: SessionState, payload: Payload<"message.received">): SessionState {
  const message = { message_id: payload.message_id, content: payload.content };
  switch (payload.disposition) {
    case "start":
    case "interrupt":
      return { ...state, queue: [message, ...state.queue] };
    case "queue":
      return { ...state, queue: [...state.queue, message] };
    case "inject":
      return withTurn(state, (turn) => ({ ...turn, injected: [...turn.injected, message] }));
    default:
      return payload.disposition satisfies never;
  }
}

function started(
  state: SessionState,
  payload: Payload<"turn.started">,
  at: number,
  seq: number,
): SessionState {
  const taken = state.queue.filter((message) => payload.message_ids.includes(message.message_id));
  const turn: Turn = {
    number: payload.turn,
    message_ids: payload.message_ids,
    started_at: at,
    waited_ms: 0,
    waiting_since: null,
    steps: 0,
    usage: NO_USAGE,
    due: null,
    last_call_id: "",
    calls: [],
    injected: [],
  };
  return oweModelCall({
    ...state,
    turn,
    turns: payload.turn,
    failed: false,
    queue: state.queue.filter((message) => !taken.includes(message)),
    transcript: [...state.transcript, ...taken.map(userItem)],
  }, seq);
}

function answered(
  state: SessionState,
  payload: Payload<"llm.completed">,
  seq: number,
): SessionState {
  const calls = payload.calls.map(({ call_id, skill, input }): OpenCall => ({
    call_id,
    skill,
    input,
    risk: 0,
    idempotent: false,
    status: "proposed",
    approval_id: null,
    key: "",
    attempt: 0,
  }));
  const item: Item = {
    role: "assistant",
    text: payload.text,
    calls: calls.map((call) => ({ id: call.call_id, skill: call.skill, input: call.input })),
  };
  const next = withTurn(
    {
      ...spend(state, payload.usage),
      steps: state.steps + 1,
      transcript: [...state.transcript, item],
    },
    (turn) => ({ ...turn, due: null, steps: turn.steps + 1, last_call_id: payload.call_id, calls }),
  );
  const more = calls.length === 0 && (next.turn?.injected.length ?? 0) > 0;
  return more ? oweModelCall(next, seq) : next;
}

/** Notes a result; the last one of an answer makes the next model call due. */
function callEnded(
  state: SessionState,
  item: Extract<Item, { role: "tool" }>,
  seq: number,
): SessionState {
  const next = withCall(
    { ...state, transcript: [...state.transcript, item] },
    item.call_id,
    (call) => ({
      ...call,
      status: "ended",
      approval_id: null,
    }),
  );
  return next.turn?.calls.every((call) => call.status === "ended") ? oweModelCall(next, seq) : next;
}

function compacted(
  state: SessionState,
  payload: Payload<"context.compacted">,
  seq: number,
): SessionState {
  const next = spend({
    ...state,
    summary: payload.summary,
    transcript: compactTranscript(state.transcript, payload),
  }, payload.usage);
  return withTurn(next, (turn) => ({ ...turn, due: { kind: "model", call_id: `llm_${seq}` } }));
}

/** Lets waiting messages join and makes the next call due: to the model, or first for a summary. */
function oweModelCall(state: SessionState, seq: number): SessionState {
  const joined = state.turn?.injected ?? [];
  const next = withTurn(
    { ...state, transcript: [...state.transcript, ...joined.map(userItem)] },
    (turn) => ({
      ...turn,
      injected: [],
      message_ids: [...turn.message_ids, ...joined.map((message) => message.message_id)],
      calls: [],
    }),
  );
  const kind = planCompaction(next) ? "compact" : "model";
  const call_id = `${kind === "compact" ? "compact" : "llm"}_${seq}`;
  return withTurn(next, (turn) => ({ ...turn, due: { kind, call_id } }));
}

/**
 * Ends the turn. Each call without a result gets one that says so, since providers want one for each;
 * messages that had not joined yet come first in the queue.
 */
function endTurn(state: SessionState, at: number, why: string): SessionState {
  const turn = state.turn;
  if (!turn) return state;
  const unanswered = turn.calls.filter((call) => call.status !== "ended").map((call): Item => ({
    role: "tool",
    call_id: call.call_id,
    content: call.status === "started" ? `Stopped, outcome unknown: ${why}` : `Not run: ${why}`,
    failed: true,
  }));
  return {
    ...state,
    turn: null,
    transcript: [...state.transcript, ...unanswered],
    queue: [...turn.injected, ...state.queue],
    active_ms: state.active_ms + activeMs(turn, at),
  };
}

function spend(state: SessionState, usage: Usage): SessionState {
  return withTurn({ ...state, usage: addUsage(state.usage, usage) }, (turn) => ({
    ...turn,
    usage: addUsage(turn.usage, usage),
  }));
}

function addUsage(a: Usage, b: Usage): Usage {
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cost_usd: a.cost_usd + b.cost_usd,
  };
}

/** Keeps the time spent waiting for people, which no budget counts. */
function trackWaiting(state: SessionState, at: number): SessionState {
  const turn = state.turn;
  if (!turn || isWaiting(turn) === (turn.waiting_since !== null)) return state;
  return turn.waiting_since === null ? { ...state, turn: { ...turn, waiting_since: at } } : {
    ...state,
    turn: { ...turn, waiting_since: null, waited_ms: turn.waited_ms + at - turn.waiting_since },
  };
}

function userItem(message: QueuedMessage): Item {
  return { role: "user", ...message };
}

function withTurn(state: SessionState, change: (turn: Turn) => Turn): SessionState {
  return state.turn ? { ...state, turn: change(state.turn) } : state;
}

function withCall(
  state: SessionState,
  call_id: string,
  change: (call: OpenCall) => OpenCall,
): SessionState {
  return withTurn(state, (turn) => ({
    ...turn,
    calls: turn.calls.map((call) => call.call_id === call_id ? change(call) : call),
  }));
}
