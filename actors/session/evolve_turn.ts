/**
 * What facts do to the running turn.
 *
 * @module
 */
import { compactTranscript, planCompaction } from "./context.ts";
import { memoryPolicy } from "./memory_policy.ts";
import type { Payload } from "./events.ts";
import { activeMs, NO_USAGE } from "./state.ts";
import type { CompactionPlan, Item, OpenCall, QueuedMessage, SessionState, Turn } from "./state.ts";
import type { Usage } from "./values.ts";

/** Begins a turn with messages of the queue; a model call is due, or before it a look into memory. */
export function started(
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
    recalled: [],
    due: null,
    last_call_id: "",
    calls: [],
    injected: [],
  };
  const next = {
    ...state,
    turn,
    turns: payload.turn,
    failed: false,
    queue: state.queue.filter((message) => !taken.includes(message)),
    transcript: [...state.transcript, ...taken.map(userItem)],
  };
  if (!memoryPolicy(state.agent?.spec).recall.auto) return oweModelCall(next, seq);
  const due = { kind: "recall", call_id: `recall_${seq}` } as const;
  return { ...next, turn: { ...turn, due } };
}

/** Notes an answer: its calls are open, or messages that waited for it join. */
export function answered(
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
    child: null,
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

/** Puts the summary in place of what it sums up. Never leads to a further summary at once. */
export function compacted(
  state: SessionState,
  payload: Payload<"context.compacted">,
  seq: number,
): SessionState {
  const next = spend({
    ...state,
    summary: payload.summary,
    transcript: compactTranscript(state.transcript, payload),
  }, payload.usage);
  return oweCall(joinInjected(next), null, seq);
}

/** Lets waiting messages join and makes the next call due: to the model, or first for a summary. */
export function oweModelCall(state: SessionState, seq: number): SessionState {
  const next = joinInjected(state);
  return oweCall(next, planCompaction(next), seq);
}

function oweCall(state: SessionState, plan: CompactionPlan | null, seq: number): SessionState {
  const due = plan
    ? { kind: "compact", call_id: `compact_${seq}`, plan } as const
    : { kind: "model", call_id: `llm_${seq}` } as const;
  return withTurn(state, (turn) => ({ ...turn, due, calls: [] }));
}

function joinInjected(state: SessionState): SessionState {
  const joined = state.turn?.injected ?? [];
  return withTurn(
    { ...state, transcript: [...state.transcript, ...joined.map(userItem)] },
    (turn) => ({
      ...turn,
      injected: [],
      message_ids: [...turn.message_ids, ...joined.map((message) => message.message_id)],
    }),
  );
}

/**
 * Ends the turn. Each call without a result gets one that says so, since providers want one for each;
 * messages that had not joined yet come first in the queue.
 */
export function endTurn(state: SessionState, at: number, why: string): SessionState {
  const turn = state.turn;
  if (!turn) return state;
  const unanswered = turn.calls.filter((call) => call.status !== "ended").map((call): Item => ({
    role: "tool",
    call_id: call.call_id,
    content: `${unansweredText(call)}: ${why}`,
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

function unansweredText({ child, attempt }: OpenCall): string {
  if (child) return `Stopped waiting for session ${child.id}`;
  return attempt > 0 ? "Stopped, outcome unknown" : "Not run";
}

/** The state with the running turn changed, if one runs. */
export function withTurn(state: SessionState, change: (turn: Turn) => Turn): SessionState {
  return state.turn ? { ...state, turn: change(state.turn) } : state;
}

/** Counts what was used, for the session and for the running turn. */
export function spend(state: SessionState, usage: Usage): SessionState {
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

function userItem(message: QueuedMessage): Item {
  return { role: "user", ...message };
}
