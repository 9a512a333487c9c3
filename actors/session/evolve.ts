/**
 * One fact, next state. Total: it refuses nothing, reads no clock and makes no ids, so that a replay
 * gives the same state byte for byte.
 *
 * @module
 */
import type { Payload, SessionEvent } from "./events.ts";
import { applyToCall, spawned } from "./evolve_call.ts";
import { applyToMemory, owesExtraction } from "./evolve_memory.ts";
import { answered, compacted, endTurn, spend, started, withTurn } from "./evolve_turn.ts";
import { initialState, isWaiting, NO_MEMORY, type SessionState } from "./state.ts";

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
    case "session.spawned":
      return {
        ...state,
        phase: "open",
        agent: event.payload.agent,
        metadata: event.payload.metadata,
        parent: event.payload.parent,
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
      return { ...endTurn(owesExtraction(state, seq), at, ""), failed: false };
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
    case "approval.requested":
    case "approval.decided":
    case "skill.started":
    case "skill.completed":
    case "skill.failed":
    case "skill.interrupted":
      return applyToCall(state, event, seq);
    case "child.spawned":
      return spawned(state, event.payload, at);
    case "child.replied":
      return spend(state, event.payload.usage);
    case "context.compacted":
      return compacted(state, event.payload, seq);
    case "memory.recalled":
    case "memory.noted":
    case "memory.forgetting":
    case "memory.written":
    case "memory.deferred":
    case "memory.resumed":
      return applyToMemory(state, event, seq);
    case "budget.exceeded":
      return state;
    default:
      return event satisfies never;
  }
}

/**
 * Takes over the source's state, without what was under way in it: that stays the source's, and so does
 * the time of its turn, since the state does not say when its last event was. Children answer the
 * source, and a child's fork answers nobody. What the source noted for memory is the source's.
 */
function forked(id: string, payload: Payload<"session.forked">): SessionState {
  const source = payload.state as unknown as SessionState;
  const settled = source.turn
    ? endTurn(source, source.turn.started_at, "the session was forked here")
    : source;
  const { active_ms } = source;
  return {
    ...initialState(id),
    ...settled,
    active_ms,
    id,
    phase: "open",
    queue: [],
    metadata: payload.metadata,
    parent: null,
    children: 0,
    memory: NO_MEMORY,
  };
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

/** Keeps the time spent waiting for people, which no budget counts. */
function trackWaiting(state: SessionState, at: number): SessionState {
  const turn = state.turn;
  if (!turn || isWaiting(turn) === (turn.waiting_since !== null)) return state;
  return turn.waiting_since === null ? { ...state, turn: { ...turn, waiting_since: at } } : {
    ...state,
    turn: { ...turn, waiting_since: null, waited_ms: turn.waited_ms + at - turn.waiting_since },
  };
}
