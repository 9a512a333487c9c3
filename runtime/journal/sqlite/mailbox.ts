/**
 * Commands accepted and not yet handled, and for a while those that were.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type {
  ActorCommit,
  HandledMark,
  MailboxRow,
  MailboxStore,
  NewMailboxRow,
  PostedRow,
} from "../port.ts";
import { type Connection, json, number, type Row, text } from "./connection.ts";

/** Writes to the mailbox within a transaction of the caller's. */
export interface MailboxWriter {
  /** Puts a command into a mailbox that does not know its id. Returns whether it was new. */
  insert(row: NewMailboxRow, at: number, request_id?: string | null): boolean;
  /** Marks a command as handled, whether it was accepted before or comes straight from its sender. */
  markHandled(part: Pick<ActorCommit, "address" | "partition" | "at">, mark: HandledMark): void;
}

/** Prepares the statements that others write with. */
export function createMailboxWriter(db: Connection): MailboxWriter {
  const insert = db.prepare(
    "INSERT INTO mailbox (tenant, type, actor, id, partition, command, digest, sender, accepted_at, attempts, request_id) " +
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (tenant, type, actor, id) DO NOTHING",
  );
  // The command itself is not needed any more; only that it was, and what it led to.
  const put = db.prepare(
    "INSERT INTO mailbox (tenant, type, actor, id, partition, command, digest, sender, accepted_at, attempts, handled_at, reply, refused) " +
      "VALUES (?, ?, ?, ?, ?, 'null', ?, '', ?, 1, ?, ?, ?) " +
      "ON CONFLICT (tenant, type, actor, id) DO UPDATE " +
      "SET command = 'null', handled_at = excluded.handled_at, reply = excluded.reply, " +
      "digest = CASE refused WHEN 1 THEN excluded.digest ELSE digest END, refused = excluded.refused",
  );
  return {
    insert(row, at, request_id = null) {
      const { tenant, type, id } = row.address;
      const command = JSON.stringify(row.command);
      return insert.run(
        tenant,
        type,
        id,
        row.id,
        row.partition,
        command,
        row.digest,
        row.sender,
        at,
        request_id,
      ) === 1;
    },
    markHandled(
      { address: { tenant, type, id }, partition, at },
      { id: command, digest, ...mark },
    ) {
      const reply = JSON.stringify(mark.reply);
      const refused = mark.refused ? 1 : 0;
      put.run(tenant, type, id, command, partition, digest, at, at, reply, refused);
    },
  };
}

/** Makes the mailbox side of the port. */
export function createMailboxStore(db: Connection, clock: Clock): MailboxStore {
  const writer = createMailboxWriter(db);
  const forgetRefused = db.prepare(
    "DELETE FROM mailbox WHERE tenant = ? AND type = ? AND actor = ? AND id = ? AND refused = 1 " +
      "AND coalesce(request_id <> ?, 1)",
  );
  const backlog = db.prepare(
    "SELECT DISTINCT tenant, type, actor FROM mailbox WHERE handled_at IS NULL " +
      "AND partition IN (SELECT value FROM json_each(?)) LIMIT ?",
  );
  // One that was begun before comes alone: if it ends the process again, it alone is counted for it.
  const take = db.prepare(
    "WITH waiting AS (" +
      "SELECT position, attempts FROM mailbox " +
      "WHERE handled_at IS NULL AND tenant = ? AND type = ? AND actor = ? " +
      "AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?), " +
      "head AS (SELECT position, attempts FROM waiting ORDER BY position LIMIT 1) " +
      "UPDATE mailbox SET attempts = attempts + 1 WHERE position IN (" +
      "SELECT waiting.position FROM waiting, head " +
      "WHERE head.attempts = 0 OR waiting.position = head.position) " +
      "RETURNING position, id, command, sender, attempts",
  );
  const handled = db.prepare(
    "SELECT id, digest, reply, refused FROM mailbox " +
      "WHERE tenant = ? AND type = ? AND actor = ? AND id = ? AND handled_at IS NOT NULL",
  );

  function accept(row: PostedRow, at: number): "accepted" | "duplicate" {
    const { tenant, type, id } = row.address;
    forgetRefused.run(tenant, type, id, row.id, row.request_id);
    return writer.insert(row, at, row.request_id) ? "accepted" : "duplicate";
  }

  return {
    accept: (rows) =>
      Promise.try(() => {
        const at = clock.now();
        return db.transaction(() => rows.map((row) => accept(row, at)));
      }),
    backlog: (partitions, limit) =>
      Promise.try(() =>
        backlog.all(JSON.stringify(partitions), limit).map((row) => ({
          tenant: text(row, "tenant"),
          type: text(row, "type"),
          id: text(row, "actor"),
        }))
      ),
    take: (address, limit, except) =>
      Promise.try(() => {
        const { tenant, type, id } = address;
        const rows = take.all(tenant, type, id, JSON.stringify(except), limit);
        rows.sort((a, b) => number(a, "position") - number(b, "position"));
        return rows.map((row): MailboxRow => ({
          address,
          id: text(row, "id"),
          command: json(row, "command"),
          sender: text(row, "sender"),
          attempts: number(row, "attempts"),
        }));
      }),
    handled: ({ tenant, type, id }, command) =>
      Promise.try(() => {
        const row = handled.get(tenant, type, id, command);
        return row ? toMark(row) : null;
      }),
  };
}

function toMark(row: Row): HandledMark {
  return {
    id: text(row, "id"),
    digest: text(row, "digest"),
    reply: json(row, "reply"),
    refused: number(row, "refused") === 1,
  };
}
