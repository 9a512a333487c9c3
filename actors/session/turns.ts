/**
 * How a turn begins and ends, whatever the reason.
 *
 * @module
 */
import { invariant } from "../invariant.ts";
import { exceededBudget, WALL_TIMER, wallLeft } from "./budgets.ts";
import { answerParent, closeChildren, type TurnEnd } from "./children.ts";
import type { Draft } from "./draft.ts";
import { fact, type SessionEvent } from "./events.ts";
import type { Turn } from "./state.ts";

/**
 * Starts a turn with the first message of the queue, if there is one and no turn runs. In a session
 * that has used up its budgets each waiting message has its turn, and each of these fails.
 */
export function startTurn(draft: Draft): void {
  do {
    const { queue, turn, turns, phase } = draft.state;
    const first = queue[0];
    if (!first || turn || phase !== "open") return;
    draft.add(fact("turn.started", { turn: turns + 1, message_ids: [first.message_id] }));
  } while (failOverBudget(draft));
  armWallTimer(draft);
}

/** Ends the running turn and starts the next one, if a message waits. */
export function endTurn(draft: Draft, end: TurnEnd): void {
  closeTurn(draft, end);
  startTurn(draft);
}

/** Ends the running turn, the work of its children, and that for the session's own parent. */
export function closeTurn(draft: Draft, end: TurnEnd): void {
  const { turn, agent } = draft.state;
  invariant(turn && agent, "T1 only a running turn ends");
  const open_approvals = turn.calls.flatMap((call) => call.approval_id ?? []);
  const { budgets } = agent.spec;
  if (budgets.turn.wall_ms !== undefined || budgets.session.wall_ms !== undefined) {
    draft.timer({ name: WALL_TIMER, at: null });
  }
  draft.add(turnEnded(turn, end, open_approvals));
  closeChildren(draft, turn, end);
  answerParent(draft, end);
}

function turnEnded(turn: Turn, end: TurnEnd, open_approvals: string[]): SessionEvent {
  const { number, last_call_id, usage } = turn;
  switch (end.kind) {
    case "completed":
      return fact("turn.completed", { turn: number, call_id: last_call_id, usage });
    case "failed":
      return fact("turn.failed", { turn: number, error: end.error, open_approvals });
    case "cancelled":
      return fact("turn.cancelled", { turn: number, reason: end.reason, open_approvals });
    default:
      return end satisfies never;
  }
}

/** Sets the timer for the turn's wall time, when that is bounded. */
export function armWallTimer(draft: Draft): void {
  const left = wallLeft(draft.state, draft.facts.now);
  const turn = draft.state.turn;
  if (left === null || !turn) return;
  const command = { type: "turn.expire", turn: turn.number } as const;
  draft.timer({ name: WALL_TIMER, at: draft.facts.now + left, command });
}

/**
 * Ends the turn if a budget leaves no room for another model call, and starts the next one. Returns
 * whether it did.
 */
export function enforceBudgets(draft: Draft): boolean {
  const failed = failOverBudget(draft);
  if (failed) startTurn(draft);
  return failed;
}

function failOverBudget(draft: Draft): boolean {
  const turn = draft.state.turn;
  const exceeded = exceededBudget(draft.state, draft.facts.now);
  if (!turn || !exceeded) return false;
  const { scope, budget, limit, used } = exceeded;
  draft.add(fact("budget.exceeded", { turn: turn.number, ...exceeded }));
  const message = `The ${scope}'s budget of ${limit} ${budget} is used up (${used})`;
  closeTurn(draft, { kind: "failed", error: { code: "budget_exceeded", message } });
  return true;
}
