/**
 * What a session remembers. Plain JSON: a snapshot is this value and nothing else.
 *
 * It is bounded: what compaction removes from the transcript stays in the journal only. Raise
 * `state_version` in `behavior.ts` with its shape. `session.forked` carries one: a member that is added
 * has its initial value in a fork of an older one; any other change raises the version of that event.
 *
 * @module
 */
import type { Json } from "../behavior.ts";
import type { PinnedAgent } from "./agent.ts";
import type { RecalledNote } from "./memory_item.ts";
import type { ModelMessage } from "./model_request.ts";
import type { Parent, Usage } from "./values.ts";

/** A message accepted and not yet part of a turn. */
export interface QueuedMessage {
  readonly message_id: string;
  readonly content: string;
}

/** One entry of the conversation: as the model sees it, and for a user's message also its id. */
export type Item =
  | Exclude<ModelMessage, { readonly role: "user" }>
  | { readonly role: "user"; readonly message_id: string; readonly content: string };

/**
 * Where a skill call stands.
 *
 * - `proposed`: the model asked for it.
 * - `awaiting`: a person has to approve it.
 * - `started`: it may be running; it has certainly not ended.
 * - `delegated`: another session works on it and will answer; nothing is owed meanwhile.
 * - `interrupted`: nobody knows how it ended; a person has to say.
 * - `ended`: its result is in the transcript.
 */
export type CallStatus =
  | "proposed"
  | "awaiting"
  | "started"
  | "delegated"
  | "interrupted"
  | "ended";

/** A skill call of the running turn's last answer. */
export interface OpenCall {
  readonly call_id: string;
  readonly skill: string;
  /** What runs, or would: after an approval that edited it, the edited input. */
  readonly input: Json;
  readonly risk: number;
  readonly idempotent: boolean;
  readonly status: CallStatus;
  /** The question that waits for a person. */
  readonly approval_id: string | null;
  /** The idempotency key, from the first start on. */
  readonly key: string;
  readonly attempt: number;
  /** The session that works on it, and since when; null unless `delegated`. */
  readonly child: { readonly id: string; readonly since: number } | null;
}

/** What compaction takes out of the transcript. */
export interface CompactionPlan {
  /** Items at the head of the transcript. */
  readonly removed: number;
  /** Messages among them that stay all the same, because the running turn is about them. */
  readonly pinned: readonly string[];
}

/** From a user's message to the agent's final answer. */
export interface Turn {
  readonly number: number;
  readonly message_ids: readonly string[];
  /** Milliseconds since the epoch. */
  readonly started_at: number;
  /** Milliseconds spent waiting for people. */
  readonly waited_ms: number;
  readonly waiting_since: number | null;
  /** Model calls that ended. */
  readonly steps: number;
  readonly usage: Usage;
  /** What memory found for it, best first. */
  readonly recalled: readonly RecalledNote[];
  /** The call that is owed, if any: for the next answer, or first to memory or for a summary. */
  readonly due:
    | { readonly kind: "recall"; readonly call_id: string }
    | { readonly kind: "model"; readonly call_id: string }
    | { readonly kind: "compact"; readonly call_id: string; readonly plan: CompactionPlan }
    | null;
  /** The last model call that ended. */
  readonly last_call_id: string;
  readonly calls: readonly OpenCall[];
  /** Messages that join at the next model call. */
  readonly injected: readonly QueuedMessage[];
}

/** What a session has to do with memory besides its turns. */
export interface MemoryState {
  /** Items that it noted since it last forgot all of them. */
  readonly noted: number;
  /** How often something was to be forgotten. */
  readonly forgettings: number;
  /** The numbers of the events that memory has yet to act on, in order. What they ask is in the journal. */
  readonly unwritten: readonly number[];
  /** How often the first of them was tried and memory was away. */
  readonly attempts: number;
  /** Whether it waits for the next try. */
  readonly deferred: boolean;
  /** What was said in turns that are over and yet to be looked through. */
  readonly extractions: readonly { readonly call_id: string; readonly conversation: string }[];
}

/** A session. */
export interface SessionState {
  readonly id: string;
  readonly phase: "new" | "open" | "closed";
  /** Whether the last turn failed. */
  readonly failed: boolean;
  readonly agent: PinnedAgent | null;
  readonly metadata: Readonly<Record<string, Json>>;
  /** For whom it works; null for a session that nobody delegated to. */
  readonly parent: Parent | null;
  /** How many sessions it has delegated to. */
  readonly children: number;
  /** What compaction made of the conversation before the transcript. */
  readonly summary: string | null;
  readonly transcript: readonly Item[];
  readonly queue: readonly QueuedMessage[];
  readonly turns: number;
  readonly turn: Turn | null;
  readonly usage: Usage;
  readonly steps: number;
  /** Milliseconds of all ended turns, without the time spent waiting for people. */
  readonly active_ms: number;
  readonly memory: MemoryState;
}

/** Nothing used. */
export const NO_USAGE: Usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };

/** Nothing to do with memory. */
export const NO_MEMORY: MemoryState = {
  noted: 0,
  forgettings: 0,
  unwritten: [],
  attempts: 0,
  deferred: false,
  extractions: [],
};

/** The state before the first event. */
export function initialState(id: string): SessionState {
  return {
    id,
    phase: "new",
    failed: false,
    agent: null,
    metadata: {},
    parent: null,
    children: 0,
    summary: null,
    transcript: [],
    queue: [],
    turns: 0,
    turn: null,
    usage: NO_USAGE,
    steps: 0,
    active_ms: 0,
    memory: NO_MEMORY,
  };
}

/** Whether all that keeps a turn from going on is people. */
export function isWaiting(turn: Turn): boolean {
  const open = turn.calls.filter((call) => call.status !== "ended");
  return turn.due === null && open.length > 0 &&
    open.every((call) => call.status === "awaiting" || call.status === "interrupted");
}

/** How long a turn has run by `now`, in milliseconds, without the time spent waiting for people. */
export function activeMs(turn: Turn, now: number): number {
  const waiting = turn.waiting_since === null ? 0 : now - turn.waiting_since;
  return Math.max(0, now - turn.started_at - turn.waited_ms - waiting);
}

/** The status that lists show: idle, running, waiting, closed or failed. */
export function statusOf(state: SessionState): string {
  if (state.phase !== "open") return state.phase;
  if (state.turn) return isWaiting(state.turn) ? "waiting" : "running";
  return state.failed ? "failed" : "idle";
}
