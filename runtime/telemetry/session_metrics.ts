/**
 * Counts turns, how long they took, and what failed in them, from the commits that say so.
 *
 * @module
 */
import type { SessionState } from "../../actors/session/state.ts";
import type { NewEvent } from "../journal/port.ts";
import type { Metrics } from "./port.ts";

/** The outcome of a turn, by the event that ends it. */
const OUTCOMES: Readonly<Record<string, string>> = {
  "turn.completed": "completed",
  "turn.failed": "failed",
  "turn.cancelled": "cancelled",
};

/** The kind of error that an event tells of. */
const ERRORS: Readonly<Record<string, string>> = {
  "llm.failed": "model_failed",
  "skill.failed": "skill_failed",
  "skill.interrupted": "skill_interrupted",
};

/** Takes note of one session's commit. */
export function noteSession(
  metrics: Metrics,
  before: SessionState,
  events: readonly NewEvent[],
): void {
  let started_at = before.turn?.started_at ?? null;
  for (const event of events) {
    if (event.type === "turn.started") started_at = event.at;
    const kind = ERRORS[event.type];
    if (kind !== undefined) metrics.errorsTotal.inc({ kind });
    const outcome = OUTCOMES[event.type];
    if (outcome === undefined) continue;
    metrics.turnsTotal.inc({ outcome });
    if (started_at !== null) metrics.turnSeconds.observe({}, (event.at - started_at) / 1000);
  }
}
