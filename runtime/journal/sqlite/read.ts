/**
 * Reading events and snapshots.
 *
 * @module
 */
import type { EventLog } from "../port.ts";
import { type Connection, json, number, text } from "./connection.ts";
import { toEvent } from "./row.ts";

/** Makes the reading side of the port. */
export function createEventLog(db: Connection): EventLog {
  const load = db.prepare(
    "SELECT a.key, a.seq, a.hash, s.seq AS snapshot_seq, s.version, s.state, " +
      "(SELECT count(*) FROM mailbox m WHERE m.handled_at IS NULL " +
      "AND m.tenant = a.tenant AND m.type = a.type AND m.actor = a.id) AS waiting FROM actors a " +
      "LEFT JOIN snapshots s ON s.actor = a.key WHERE a.tenant = ? AND a.type = ? AND a.id = ?",
  );
  const tail = db.prepare(
    "SELECT seq, type, v, payload, cause, at, hash FROM events WHERE actor = ? AND seq > ? ORDER BY seq LIMIT ?",
  );
  const findKey = db.prepare("SELECT key FROM actors WHERE tenant = ? AND type = ? AND id = ?");
  return {
    load: ({ tenant, type, id }) =>
      Promise.try(() => {
        const row = load.get(tenant, type, id);
        if (!row) return null;
        const snapshot = row["state"] === null ? null : {
          seq: number(row, "snapshot_seq"),
          version: number(row, "version"),
          state: json(row, "state"),
        };
        const events = tail.all(number(row, "key"), snapshot?.seq ?? 0, -1).map(toEvent);
        return {
          seq: number(row, "seq"),
          hash: text(row, "hash"),
          snapshot,
          tail: events,
          waiting: number(row, "waiting"),
        };
      }),
    readEvents: ({ tenant, type, id }, after, limit) =>
      Promise.try(() => {
        const row = findKey.get(tenant, type, id);
        return row ? tail.all(number(row, "key"), after, limit).map(toEvent) : [];
      }),
  };
}
