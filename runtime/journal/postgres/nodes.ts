/**
 * Nodes knowing of each other, by the database's clock.
 *
 * @module
 */
import type { DrainOutcome, NodeBeat, NodeRecord, Nodes } from "../nodes_port.ts";
import { storedText } from "../../stored_text.ts";
import type { Connection, Value } from "./connection.ts";
import { json, number, type Row, text } from "./row.ts";

/** What a node says of itself with each beat, besides its id and incarnation. */
const SAID = [
  "version",
  "protocol_version",
  "status",
  "partitions",
  "described",
  "state",
  "weight",
  "labels",
];

const COLUMNS = `id, incarnation, ${SAID.join(", ")}, started_at, seen_at, drain_requested`;

/** A record that nobody renewed for so long is of a node that will not come back: 1 day. */
const FORGOTTEN_MS = 86_400_000;

const PUT = `WITH put AS (INSERT INTO nodes AS known (${COLUMNS}) ` +
  "VALUES ($1, $2, $3, $4, $5, $6, $2, $7, $8, $9, now_ms(), now_ms(), false) " +
  "ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation, " +
  SAID.map((column) => `${column} = excluded.${column}, `).join("") +
  "seen_at = excluded.seen_at, ";

/** What was asked of an earlier process is not asked of this one. */
const JOIN = PUT +
  "started_at = CASE WHEN known.incarnation = excluded.incarnation THEN known.started_at " +
  "ELSE excluded.started_at END, " +
  "drain_requested = known.drain_requested AND known.incarnation = excluded.incarnation ";

const BEAT = PUT + "started_at = known.started_at WHERE known.incarnation = excluded.incarnation ";

/** A statement does not see its own changes, so the record comes from them. */
const AND_ALL = `RETURNING ${COLUMNS}) SELECT ${COLUMNS} FROM put UNION ALL ` +
  `SELECT ${COLUMNS} FROM nodes WHERE seen_at >= now_ms() - $10::bigint ` +
  "AND id NOT IN (SELECT id FROM put) ORDER BY id";

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
    async requestDrain(id, { alive_ms, force }) {
      const ask = "SELECT request_drain($1, $2, $3) AS outcome";
      const [row = {}] = await db.query(ask, [storedText(id), alive_ms, force]);
      return text(row, "outcome") as DrainOutcome;
    },
  };
}

/** The statements' first nine values. */
function toValues({ partitions, weight, labels, ...said }: NodeBeat): Value[] {
  const { id, incarnation, version, protocol_version, status } = said;
  // In the words of programs that know no weights.
  const taking = weight > 0 ? status : "draining";
  return [
    ...[id, incarnation, version, protocol_version, taking].map(storedText),
    partitions,
    status,
    weight,
    JSON.stringify(labels),
  ];
}

function toNode(row: Row): NodeRecord {
  const incarnation = text(row, "incarnation");
  const described = row.described === incarnation;
  return {
    id: text(row, "id"),
    incarnation,
    version: text(row, "version"),
    protocol_version: text(row, "protocol_version"),
    status: text(row, described ? "state" : "status") === "draining" ? "draining" : "active",
    partitions: number(row, "partitions"),
    weight: described ? number(row, "weight") : null,
    labels: described ? json(row, "labels") as NodeRecord["labels"] : {},
    started_at: number(row, "started_at"),
    seen_at: number(row, "seen_at"),
    drain_requested: row.drain_requested === true,
  };
}
