/**
 * What a turn and a session may spend. A budget that is used up ends the turn, never the program.
 *
 * @module
 */
import { activeMs, type SessionState } from "./state.ts";

/** A budget that is used up. */
export interface Exceeded {
  readonly scope: "turn" | "session";
  readonly budget: "tokens" | "cost_usd" | "steps" | "wall_ms";
  readonly limit: number;
  readonly used: number;
}

/** The name of the timer that ends a turn whose wall time is over. */
export const WALL_TIMER = "turn.wall";

/** The first budget that leaves no room for another model call at `now`, or null. */
export function exceededBudget(state: SessionState, now: number): Exceeded | null {
  const { turn, agent } = state;
  if (!turn || !agent) return null;
  const { budgets, max_steps } = agent.spec;
  const active = activeMs(turn, now);
  const checks: [Exceeded["scope"], Exceeded["budget"], number | undefined, number][] = [
    ["turn", "steps", Math.min(max_steps, budgets.turn.steps ?? Infinity), turn.steps],
    ["turn", "tokens", budgets.turn.tokens, turn.usage.input_tokens + turn.usage.output_tokens],
    ["turn", "cost_usd", budgets.turn.cost_usd, turn.usage.cost_usd],
    ["turn", "wall_ms", budgets.turn.wall_ms, active],
    ["session", "steps", budgets.session.steps, state.steps],
    [
      "session",
      "tokens",
      budgets.session.tokens,
      state.usage.input_tokens + state.usage.output_tokens,
    ],
    ["session", "cost_usd", budgets.session.cost_usd, state.usage.cost_usd],
    ["session", "wall_ms", budgets.session.wall_ms, state.active_ms + active],
  ];
  for (const [scope, budget, limit, used] of checks) {
    if (limit !== undefined && used >= limit) return { scope, budget, limit, used };
  }
  return null;
}

/** The wall time that the running turn has left, in milliseconds, or null when it is not bounded. */
export function wallLeft(state: SessionState, now: number): number | null {
  const { turn, agent } = state;
  if (!turn || !agent) return null;
  const active = activeMs(turn, now);
  const left = Math.min(
    (agent.spec.budgets.turn.wall_ms ?? Infinity) - active,
    (agent.spec.budgets.session.wall_ms ?? Infinity) - state.active_ms - active,
  );
  return left === Infinity ? null : Math.max(0, left);
}
