/**
 * Counts turns and how long they took, from the commits that end them.
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

/** Takes note of one session's commit. */
export function noteTurns(metrics: Metrics, before: SessionState, events: readonly NewEvent[]): void {
  let started_at = before.turn?.started_at ?? null;
  for (const event of events) {
    if (event.type === "turn.started") started_at = event.at;
    const outcome = OUTCOMES[event.type];
    if (outcome === undefined) continue;
    metrics.turnsTotal.inc({ outcome });
    if (started_at !== null) metrics.turnSeconds.observe({}, (event.at - started_at) / 1000);
  }
}
