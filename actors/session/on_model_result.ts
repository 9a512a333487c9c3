/**
 * What a model call led to: a final text, skill calls to open, a summary, or nothing.
 *
 * A result that names a call which is no longer owed is from before a cancel: it changes nothing.
 *
 * @module
 */
import type { CommandOf } from "./commands.ts";
import type { Draft } from "./draft.ts";
import { fact } from "./events.ts";
import { startCall } from "./start_call.ts";
import { endTurn, enforceBudgets } from "./turns.ts";
import type { ProposedCall } from "./values.ts";

/** Takes an answer. */
export function onLlmComplete(draft: Draft, command: CommandOf<"llm.complete">): void {
  const turn = draft.state.turn;
  if (turn?.due?.call_id !== command.call_id) return;
  // Counted on through forks, unlike events: the window of a fork also holds calls of its source.
  const step = draft.state.steps + 1;
  const calls = command.calls.map((call, i) => ({ ...call, call_id: `call_${step}_${i}` }));
  const { call_id, text, provider, model, finish_reason, usage, attempts } = command;
  draft.add(fact("llm.completed", {
    turn: turn.number,
    call_id,
    text,
    calls: calls.map(({ call_id, skill, input }) => ({ call_id, skill, input })),
    provider,
    model,
    finish_reason,
    usage,
    attempts,
  }));
  if (calls.length === 0 && draft.state.turn?.due === null) {
    return endTurn(draft, { kind: "completed" });
  }
  if (enforceBudgets(draft)) return;
  for (const call of calls) openCall(draft, turn.number, call);
}

/** Requests a call, and starts it unless it cannot be made or a person has to agree. */
function openCall(draft: Draft, turn: number, call: ProposedCall & { call_id: string }): void {
  const { call_id, skill, input, risk, idempotent, problem } = call;
  const { facts } = draft;
  const key = `session/${facts.id}:${draft.nextSeq}`;
  draft.add(fact("skill.requested", { turn, call_id, skill, input, risk, idempotent }));
  if (problem) return draft.add(fact("skill.failed", { call_id, error: problem, ms: 0 }));
  const threshold = draft.state.agent?.spec.risk_threshold ??
    facts.limits.require_approval_for_risk;
  if (risk >= threshold) {
    const approval_id = `apr_${facts.id}_${draft.nextSeq}`;
    return draft.add(fact("approval.requested", { approval_id, call_id, skill, input, risk }));
  }
  startCall(draft, skill, { call_id, input, key, attempt: 1 });
}

/** Takes the end of a call that no provider answered. */
export function onLlmFail(draft: Draft, command: CommandOf<"llm.fail">): void {
  const turn = draft.state.turn;
  if (turn?.due?.call_id !== command.call_id) return;
  const { call_id, error, attempts } = command;
  draft.add(fact("llm.failed", { turn: turn.number, call_id, error, attempts }));
  endTurn(draft, { kind: "failed", error });
}

/** Takes a summary. One that could not be made leaves the earlier one, with a note about what is missing. */
export function onContextCompact(draft: Draft, command: CommandOf<"context.compact">): void {
  const due = draft.state.turn?.due;
  if (due?.kind !== "compact" || due.call_id !== command.call_id) return;
  const { call_id, usage, degraded } = command;
  const summary = degraded ? noted(draft.state.summary, command.summary) : command.summary;
  draft.add(
    fact("context.compacted", {
      call_id,
      summary,
      removed: due.plan.removed,
      pinned: [...due.plan.pinned],
      usage,
      degraded,
    }),
  );
  enforceBudgets(draft);
}

/** The earlier summary with a note at its end, which is not repeated. */
function noted(earlier: string | null, note: string): string {
  if (earlier === null || earlier.endsWith(note)) return earlier ?? note;
  return `${earlier}\n${note}`;
}
