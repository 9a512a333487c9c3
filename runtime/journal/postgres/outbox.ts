/**
 * What other systems do not have yet.
 *
 * @module
 */
import type { JournalEvent, Outbox, Outgoing } from "../port.ts";
import { arrayLiteral } from "./array_literal.ts";
import type { Connection } from "./connection.ts";
import { number, toAddress, toEvent } from "./row.ts";

/** One row for each event. Of each partition the first commits, of which the first ones. */
const OUTGOING = "SELECT o.partition, o.position, a.tenant, a.type AS actor_type, a.id, " +
  "e.seq, e.type, e.v, e.payload, e.cause, e.at, encode(e.hash, 'hex') AS hash FROM (" +
  "SELECT of_partition.* FROM unnest($1::integer[]) AS p (id) CROSS JOIN LATERAL (" +
  "SELECT o.partition, o.position, o.actor, o.first_seq, o.last_seq FROM outbox o " +
  "WHERE o.partition = p.id AND EXISTS (SELECT FROM actors a WHERE a.key = o.actor AND a.tenant <> '') " +
  "ORDER BY o.position LIMIT $2) AS of_partition ORDER BY of_partition.position LIMIT $2) AS o " +
  "JOIN actors a ON a.key = o.actor " +
  "JOIN events e ON e.actor = o.actor AND e.seq BETWEEN o.first_seq AND o.last_seq " +
  "ORDER BY o.position, e.seq";

const DELIVERED =
  "DELETE FROM outbox o USING unnest($1::integer[], $2::bigint[]) AS d (partition, position) " +
  "WHERE o.partition = d.partition AND o.position <= d.position";

/** Makes the outbox's side of the port. */
export function createOutbox(db: Connection): Outbox {
  return {
    async outgoing(partitions, limit) {
      const commits = new Map<number, Outgoing & { readonly events: JournalEvent[] }>();
      for (const row of await db.query(OUTGOING, [arrayLiteral(partitions), limit])) {
        const position = number(row, "position");
        const commit = commits.get(position) ?? {
          partition: number(row, "partition"),
          position,
          address: toAddress({ ...row, type: row.actor_type }, "id"),
          events: [],
        };
        commit.events.push(toEvent(row));
        commits.set(position, commit);
      }
      return [...commits.values()];
    },
    async delivered(through) {
      if (through.length === 0) return;
      const partitions = through.map(({ partition }) => partition);
      const positions = through.map(({ position }) => position);
      await db.query(DELIVERED, [arrayLiteral(partitions), arrayLiteral(positions)]);
    },
  };
}
