/**
 * Reading events and snapshots.
 *
 * @module
 */
import type { EventLog, LoadedActor } from "../port.ts";
import type { Connection } from "./connection.ts";
import { addressValues, json, number, type Row, text, toEvent } from "./row.ts";

const COLUMNS = "seq, type, v, payload, cause, at, encode(hash, 'hex') AS hash";

/**
 * First one row of the actor, with its snapshot in the place of a payload; then the events after that.
 * What waits is looked for here, so that nobody has to ask again.
 */
const LOAD = "WITH head AS MATERIALIZED (" +
  "SELECT a.key, a.seq, a.hash, s.seq AS snapshot_seq, s.version, s.state " +
  "FROM actors a LEFT JOIN snapshots s ON s.actor = a.key " +
  "WHERE a.tenant = $1 AND a.type = $2 AND a.id = $3) " +
  "SELECT true AS is_head, (SELECT count(*) FROM mailbox m WHERE m.handled_at IS NULL " +
  "AND m.tenant = $1 AND m.type = $2 AND m.actor = $3) AS waiting, " +
  "seq, '' AS type, version AS v, state AS payload, '' AS cause, snapshot_seq AS at, " +
  "encode(hash, 'hex') AS hash FROM head " +
  "UNION ALL SELECT false, 0, e.seq, e.type, e.v, e.payload, e.cause, e.at, encode(e.hash, 'hex') " +
  "FROM head JOIN events e ON e.actor = head.key AND e.seq > coalesce(head.snapshot_seq, 0)";

const READ = `SELECT ${COLUMNS} FROM events WHERE seq > $4 AND actor = (` +
  "SELECT key FROM actors WHERE tenant = $1 AND type = $2 AND id = $3) ORDER BY seq LIMIT $5";

/** Makes the reading side of the port. */
export function createEventLog(db: Connection): EventLog {
  return {
    async load(address) {
      const rows = await db.query(LOAD, addressValues(address));
      const head = rows.find((row) => row.is_head);
      return head ? toLoaded(head, rows.filter((row) => !row.is_head)) : null;
    },
    async readEvents(address, after, limit) {
      return (await db.query(READ, [...addressValues(address), after, limit])).map(toEvent);
    },
  };
}

function toLoaded(head: Row, events: readonly Row[]): LoadedActor {
  return {
    seq: number(head, "seq"),
    hash: text(head, "hash"),
    snapshot: head.v === null ? null : {
      seq: number(head, "at"),
      version: number(head, "v"),
      state: json(head, "payload"),
    },
    // In order already, as it happens; but nothing says that they have to be.
    tail: events.map(toEvent).sort((a, b) => a.seq - b.seq),
    waiting: number(head, "waiting"),
  };
}
