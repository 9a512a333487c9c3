/**
 * What facts do to one skill call of the running turn.
 *
 * @module
 */

import { oweModelCall, withTurn } from "./evolve_turn.ts";
import type { Payload, SessionEvent } from "./events.ts";
import { shownResult } from "./result_text.ts";
import type { Item, OpenCall, SessionState } from "./state.ts";

/** A fact about one skill call. */
export type CallEvent = Extract<
  SessionEvent,
  { type: `skill.${string}` | `approval.${string}` }
>;

/** The state after one more fact about a skill call. */
export function applyToCall(state: SessionState, event: CallEvent, seq: number): SessionState {
  const { call_id } = event.payload;
  switch (event.type) {
    case "skill.requested": {
      const { risk, idempotent } = event.payload;
      return withCall(state, call_id, { risk, idempotent });
    }
    case "approval.requested": {
      const { approval_id } = event.payload;
      return withCall(state, call_id, { status: "awaiting", approval_id });
    }
    case "approval.decided":
      return withCall(state, call_id, { approval_id: null });
    case "skill.started": {
      const { input, key, attempt } = event.payload;
      return withCall(state, call_id, { status: "started", input, key, attempt });
    }
    case "skill.interrupted": {
      const { approval_id } = event.payload;
      return withCall(state, call_id, { status: "interrupted", approval_id });
    }
    case "skill.completed": {
      const content = shownResult(event.payload.output, event.payload.shown_chars);
      return callEnded(state, { role: "tool", call_id, content, failed: false }, seq);
    }
    case "skill.failed": {
      const { code, message } = event.payload.error;
      const content = `${code}: ${message}`;
      return callEnded(state, { role: "tool", call_id, content, failed: true }, seq);
    }
    default:
      return event satisfies never;
  }
}

/** A session was made for the call: from now on it owes nothing and waits for that. */
export function spawned(
  state: SessionState,
  { call_id, child_id }: Payload<"child.spawned">,
  since: number,
): SessionState {
  const child = { id: child_id, since };
  const next = withCall(state, call_id, { status: "delegated", child });
  return { ...next, children: next.children + 1 };
}

/** Notes a result; the last one of an answer makes the next model call due. */
function callEnded(
  state: SessionState,
  item: Extract<Item, { role: "tool" }>,
  seq: number,
): SessionState {
  const noted = { ...state, transcript: [...state.transcript, item] };
  const next = withCall(noted, item.call_id, { status: "ended", child: null });
  return next.turn?.calls.every((call) => call.status === "ended") ? oweModelCall(next, seq) : next;
}

function withCall(state: SessionState, call_id: string, change: Partial<OpenCall>): SessionState {
  return withTurn(state, (turn) => ({
    ...turn,
    calls: turn.calls.map((call) => call.call_id === call_id ? { ...call, ...change } : call),
  }));
}
