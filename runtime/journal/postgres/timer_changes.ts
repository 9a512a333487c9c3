/**
 * What the changes of one commit do to timers in the end: they are applied in order, and the database
 * is told the outcome.
 *
 * @module
 */
import type { Json } from "../../../actors/behavior.ts";
import type { TimerRow } from "../port.ts";

/** A timer that is to stand. */
export interface StandingTimer {
  readonly at: number;
  readonly command: Json;
}

/** The timers that must stand for that time before the commit. */
export function firedTimers(changes: readonly TimerRow[]): Extract<TimerRow, { op: "fired" }>[] {
  return changes.filter((change) => change.op === "fired");
}

/** What is to stand under each name afterwards; null: nothing. */
export function lastTimers(
  changes: readonly TimerRow[],
): ReadonlyMap<string, StandingTimer | null> {
  const standing = new Map<string, StandingTimer | null>();
  for (const change of changes) {
    const known = standing.get(change.name);
    if (change.op === "set") standing.set(change.name, change);
    else if (change.op === "clear") standing.set(change.name, null);
    // Before the first change it stands for the time that was fired, or the commit fails.
    else if (!known || known.at === change.at) standing.set(change.name, null);
  }
  return standing;
}
