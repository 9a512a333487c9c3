/**
 * Timers: set and cleared by commits, found here when due by the database's clock.
 *
 * @module
 */
import type { TimerStore } from "../port.ts";
import { arrayLiteral } from "./array_literal.ts";
import type { Connection } from "./connection.ts";
import { json, number, numberOrNull, text, toAddress } from "./row.ts";

/** The first ones of each partition, of which the first ones: no index has all partitions in one order. */
const DUE = "SELECT tenant, type, actor, name, at, command FROM unnest($1::integer[]) AS p (id) " +
  "CROSS JOIN LATERAL (SELECT tenant, type, actor, name, at, command FROM timers " +
  "WHERE partition = p.id AND at <= (SELECT now_ms()) ORDER BY at LIMIT $2) AS due " +
  "ORDER BY at LIMIT $2";

const NEXT =
  "SELECT greatest(0, min(at) - now_ms()) AS wait FROM unnest($1::integer[]) AS p (id) " +
  "CROSS JOIN LATERAL (SELECT at FROM timers WHERE partition = p.id AND at > $2 " +
  "ORDER BY at LIMIT 1) AS next HAVING min(at) IS NOT NULL";

/** Makes the timer side of the port. */
export function createTimerStore(db: Connection): TimerStore {
  return {
    async dueTimers(partitions, limit) {
      const rows = await db.query(DUE, [arrayLiteral(partitions), limit]);
      return rows.map((row) => ({
        address: toAddress(row, "actor"),
        name: text(row, "name"),
        at: number(row, "at"),
        command: json(row, "command"),
      }));
    },
    async nextTimerIn(partitions, after = Number.MIN_SAFE_INTEGER) {
      const [row] = await db.query(NEXT, [arrayLiteral(partitions), after]);
      return row ? numberOrNull(row, "wait") : null;
    },
  };
}
