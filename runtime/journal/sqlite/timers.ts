/**
 * Timers: set and cleared by commits, found here when due.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { TimerStore } from "../port.ts";
import { type Connection, json, number, text } from "./connection.ts";

/** Makes the timer side of the port. */
export function createTimerStore(db: Connection, clock: Clock): TimerStore {
  const due = db.prepare(
    "SELECT tenant, type, actor, name, at, command FROM timers " +
      "WHERE at <= ? AND partition IN (SELECT value FROM json_each(?)) ORDER BY at LIMIT ?",
  );
  const next = db.prepare(
    "SELECT at FROM timers " +
      "WHERE at > ? AND partition IN (SELECT value FROM json_each(?)) ORDER BY at LIMIT 1",
  );
  return {
    dueTimers: (partitions, limit) =>
      Promise.try(() =>
        due.all(clock.now(), JSON.stringify(partitions), limit).map((row) => ({
          address: { tenant: text(row, "tenant"), type: text(row, "type"), id: text(row, "actor") },
          name: text(row, "name"),
          at: number(row, "at"),
          command: json(row, "command"),
        }))
      ),
    nextTimerIn: (partitions, after = Number.MIN_SAFE_INTEGER) =>
      Promise.try(() => {
        const row = next.get(after, JSON.stringify(partitions));
        return row ? Math.max(0, number(row, "at") - clock.now()) : null;
      }),
  };
}
