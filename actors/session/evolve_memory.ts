/**
 * What facts do to a session's dealings with memory.
 *
 * @module
 */
import { conversationOf } from "./conversation.ts";
import type { Payload, SessionEvent } from "./events.ts";
import { oweModelCall, spend, withTurn } from "./evolve_turn.ts";
import { memoryPolicy } from "./memory_policy.ts";
import type { MemoryState, SessionState } from "./state.ts";

/** A fact about memory. */
export type MemoryEvent = Extract<SessionEvent, { type: `memory.${string}` }>;

/** Turns that wait to be looked through; what is said in further ones is not looked through. */
const EXTRACTIONS_MAX = 16;

/** The state after one more fact about memory. */
export function applyToMemory(
  state: SessionState,
  event: MemoryEvent,
  seq: number,
): SessionState {
  switch (event.type) {
    case "memory.recalled": {
      const { items: recalled } = event.payload;
      return oweModelCall(withTurn(state, (turn) => ({ ...turn, recalled })), seq);
    }
    case "memory.noted":
      return noted(state, event.payload, seq);
    case "memory.forgetting":
      return { ...state, memory: forgetting(state.memory, event.payload, seq) };
    case "memory.written": {
      const { of } = event.payload;
      const unwritten = state.memory.unwritten.filter((other) => other !== of);
      return { ...state, memory: { ...state.memory, unwritten, attempts: 0, deferred: false } };
    }
    case "memory.deferred": {
      const attempts = state.memory.attempts + 1;
      return { ...state, memory: { ...state.memory, attempts, deferred: true } };
    }
    case "memory.resumed":
      return { ...state, memory: { ...state.memory, deferred: false } };
    default:
      return event satisfies never;
  }
}

function noted(
  state: SessionState,
  { call_id, items, usage }: Payload<"memory.noted">,
  seq: number,
): SessionState {
  const { memory } = state;
  // No turn pays for it: the one that it is about may be over.
  const spent = spend({ ...state, turn: null }, usage);
  return {
    ...spent,
    turn: state.turn,
    memory: {
      ...memory,
      noted: memory.noted + items.length,
      unwritten: items.length > 0 ? [...memory.unwritten, seq] : memory.unwritten,
      extractions: memory.extractions.filter((owed) => owed.call_id !== call_id),
    },
  };
}

/**
 * Who forgets everything need not write the rest first, only what may be under way: that must not reach
 * memory after it was cleared.
 */
function forgetting(
  memory: MemoryState,
  { ids }: Payload<"memory.forgetting">,
  seq: number,
): MemoryState {
  const { forgettings, unwritten } = memory;
  const next = { ...memory, forgettings: forgettings + 1 };
  return ids === null
    ? { ...next, noted: 0, unwritten: [...unwritten.slice(0, 1), seq], extractions: [] }
    : { ...next, unwritten: [...unwritten, seq] };
}

/** Before its turn ends well: what was said in it is to be looked through, if the agent wants that. */
export function owesExtraction(state: SessionState, seq: number): SessionState {
  const { memory } = state;
  const wanted = memoryPolicy(state.agent?.spec).remember.extract;
  if (!wanted || memory.extractions.length >= EXTRACTIONS_MAX) return state;
  const owed = { call_id: `extract_${seq}`, conversation: conversationOf(state) };
  return { ...state, memory: { ...memory, extractions: [...memory.extractions, owed] } };
}
