/**
 * What other systems do not have yet.
 *
 * @module
 */
import type { ActorCommit, Outbox, Outgoing } from "../port.ts";
import { type Connection, number } from "./connection.ts";
import { toAddress, toEvent } from "./row.ts";

/** Notes a commit within a transaction of the caller's. @param key the actor's row */
export type OutboxWriter = (part: ActorCommit, key: number) => void;

/** Prepares the statement that commits write with. */
export function createOutboxWriter(db: Connection): OutboxWriter {
  const insert = db.prepare(
    "INSERT INTO outbox (partition, actor, first_seq, last_seq, at) VALUES (?, ?, ?, ?, ?)",
  );
  return ({ outgoing, events, partition, at }, key) => {
    const [first, last] = [events[0], events.at(-1)];
    if (outgoing && first && last) insert.run(partition, key, first.seq, last.seq, at);
  };
}

/** Makes the outbox's side of the port. */
export function createOutbox(db: Connection): Outbox {
  const select = db.prepare(
    "SELECT o.position, o.partition, o.actor AS key, o.first_seq, o.last_seq, a.tenant, a.type, a.id " +
      "FROM outbox o JOIN actors a ON a.key = o.actor AND a.tenant <> '' " +
      "WHERE o.partition IN (SELECT value FROM json_each(?)) ORDER BY o.position LIMIT ?",
  );
  const events = db.prepare(
    "SELECT seq, type, v, payload, cause, at, hash FROM events WHERE actor = ? AND seq BETWEEN ? AND ? ORDER BY seq",
  );
  const forget = db.prepare("DELETE FROM outbox WHERE partition = ? AND position <= ?");
  return {
    outgoing: (partitions, limit) =>
      Promise.try(() =>
        select.all(JSON.stringify(partitions), limit).map((row): Outgoing => ({
          partition: number(row, "partition"),
          position: number(row, "position"),
          address: toAddress(row, "id"),
          events: events.all(number(row, "key"), number(row, "first_seq"), number(row, "last_seq"))
            .map(toEvent),
        }))
      ),
    delivered: (through) =>
      Promise.try(() =>
        db.transaction(() => {
          for (const { partition, position } of through) forget.run(partition, position);
        })
      ),
  };
}
