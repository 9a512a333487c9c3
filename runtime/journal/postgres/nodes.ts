/**
 * Nodes knowing of each other, by the database's clock.
 *
 * @module
 */
import type { NodeBeat, NodeRecord, Nodes } from "../nodes_port.ts";
import type { Connection, Value } from "./connection.ts";
import { number, type Row, text } from "./row.ts";
import { storedText } from "../../stored_text.ts";

const COLUMNS =
  "id, incarnation, version, protocol_version, status, partitions, started_at, seen_at, " +
  "drain_requested";

/** A record that nobody renewed for so long is of a node that will not come back: 1 day. */
const FORGOTTEN_MS = 86_400_000;

const PUT = `WITH put AS (INSERT INTO nodes AS known (${COLUMNS}) ` +
  "VALUES ($1, $2, $3, $4, $5, $6, now_ms(), now_ms(), false) ON CONFLICT (id) DO UPDATE SET " +
  "incarnation = excluded.incarnation, version = excluded.version, " +
  "protocol_version = excluded.protocol_version, status = excluded.status, " +
  "partitions = excluded.partitions, seen_at = excluded.seen_at, ";

/** What was asked of an earlier process is not asked of this one. */
const JOIN = PUT +
  "started_at = CASE WHEN known.incarnation = excluded.incarnation THEN known.started_at " +
  "ELSE excluded.started_at END, " +
  "drain_requested = known.drain_requested AND known.incarnation = excluded.incarnation ";

const BEAT = PUT + "started_at = known.started_at WHERE known.incarnation = excluded.incarnation ";

/** A statement does not see its own changes, so the record comes from them. */
const AND_ALL = `RETURNING ${COLUMNS}) SELECT ${COLUMNS} FROM put UNION ALL ` +
  `SELECT ${COLUMNS} FROM nodes WHERE seen_at >= now_ms() - $7::bigint AND id NOT IN (SELECT id FROM put) ` +
  "ORDER BY id";

const FORGET = `DELETE FROM nodes WHERE seen_at < now_ms() - ${FORGOTTEN_MS}`;

/** Makes the nodes' side of the port. */
export function createNodes(db: Connection): Nodes {
  async function put(statement: string, beat: NodeBeat, alive_ms: number) {
    return (await db.query(statement + AND_ALL, [...toValues(beat), alive_ms])).map(toNode);
  }
  return {
    async join(beat, alive_ms) {
      await db.query(FORGET);
      return await put(JOIN, beat, alive_ms);
    },
    beat: (beat, alive_ms) => put(BEAT, beat, alive_ms),
    async leave(id, incarnation) {
      await db.query("DELETE FROM nodes WHERE id = $1 AND incarnation = $2", [
        storedText(id),
        storedText(incarnation),
      ]);
    },
    async nodes(alive_ms) {
      const all = `SELECT ${COLUMNS} FROM nodes WHERE seen_at >= now_ms() - $1::bigint ORDER BY id`;
      return (await db.query(all, [alive_ms])).map(toNode);
    },
    async requestDrain(id) {
      const ask = "UPDATE nodes SET drain_requested = true WHERE id = $1 RETURNING id";
      return (await db.query(ask, [storedText(id)])).length > 0;
    },
  };
}

function toValues({ partitions, ...said }: NodeBeat): Value[] {
  const { id, incarnation, version, protocol_version, status } = said;
  return [...[id, incarnation, version, protocol_version, status].map(storedText), partitions];
}

function toNode(row: Row): NodeRecord {
  return {
    id: text(row, "id"),
    incarnation: text(row, "incarnation"),
    version: text(row, "version"),
    protocol_version: text(row, "protocol_version"),
    status: text(row, "status") === "draining" ? "draining" : "active",
    partitions: number(row, "partitions"),
    started_at: number(row, "started_at"),
    seen_at: number(row, "seen_at"),
    drain_requested: row.drain_requested === true,
  };
}
