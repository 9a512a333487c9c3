/**
 * Commands accepted and not yet handled, and for a while those that were.
 *
 * @module
 */
import type { MailboxRow, MailboxStore, PostedRow } from "../port.ts";
import { arrayLiteral } from "./array_literal.ts";
import type { Connection } from "./connection.ts";
import { addressValues, json, number, text, toAddress } from "./row.ts";
import { storedText } from "../../stored_text.ts";

/**
 * Positions in the order of the rows. Marks of refused commands go, and rows come, in the order of
 * addresses and ids, so that two of these never wait for each other; the insert asks how many marks went,
 * so that they are gone before it looks for conflicts. (`ON CONFLICT DO UPDATE` would also lock waiting
 * rows, which commits lock in another order, and fail where a row is there twice. LATERAL keeps the
 * planner from reading the whole mailbox in its index's order.)
 */
const ACCEPT = "WITH numbered AS (" +
  "SELECT nextval('mailbox_position') AS position, r.* FROM (" +
  "SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], " +
  "$7::text[], $8::text[], $9::text[]) WITH ORDINALITY " +
  "AS r (tenant, type, actor, id, partition, command, digest, sender, request_id, n) ORDER BY n) AS r), " +
  "gone AS (DELETE FROM mailbox WHERE ctid = ANY (ARRAY(SELECT refused.ctid FROM " +
  "(SELECT tenant, type, actor, id, request_id FROM numbered ORDER BY tenant, type, actor, id) AS n " +
  "CROSS JOIN LATERAL (SELECT m.ctid FROM mailbox m WHERE m.tenant = n.tenant AND m.type = n.type " +
  "AND m.actor = n.actor AND m.id = n.id AND m.refused " +
  "AND coalesce(m.request_id <> n.request_id, true) FOR UPDATE) AS refused)) RETURNING 1), " +
  "accepted AS (INSERT INTO mailbox (position, tenant, type, actor, id, partition, command, digest, " +
  "sender, accepted_at, attempts, request_id) " +
  "SELECT position, tenant, type, actor, id, partition, command, digest, sender, now_ms(), 0, request_id " +
  "FROM numbered WHERE (SELECT count(*) FROM gone) >= 0 " +
  "ORDER BY tenant, type, actor, id, position ON CONFLICT DO NOTHING RETURNING position) " +
  "SELECT n FROM numbered WHERE position IN (SELECT position FROM accepted)";

const WAITING =
  "SELECT tenant, type, actor FROM mailbox WHERE handled_at IS NULL AND partition = p.id";
const FIRST = "ORDER BY tenant, type, actor LIMIT 1";

/**
 * Partition by partition, from one actor to the next: however many commands one has, they cost one
 * step. It ends as soon as there are enough.
 */
const BACKLOG =
  "SELECT tenant, type, actor FROM unnest($1::integer[]) AS p (id) CROSS JOIN LATERAL (" +
  `WITH RECURSIVE waiting AS ((${WAITING} ${FIRST}) UNION ALL ` +
  "SELECT next.tenant, next.type, next.actor FROM waiting w CROSS JOIN LATERAL (" +
  `${WAITING} AND (tenant, type, actor) > (w.tenant, w.type, w.actor) ${FIRST}) AS next) ` +
  "SELECT tenant, type, actor FROM waiting) AS waiting LIMIT $2";

/**
 * One that was begun before comes alone: if it ends the process again, it alone is counted for it.
 * Locked in the order of positions, like the marks of a commit.
 */
const TAKE = "WITH waiting AS (" +
  "SELECT position, attempts FROM mailbox " +
  "WHERE handled_at IS NULL AND tenant = $1 AND type = $2 AND actor = $3 AND id <> ALL ($4::text[]) " +
  "ORDER BY position LIMIT $5 FOR NO KEY UPDATE), " +
  "head AS (SELECT position, attempts FROM waiting ORDER BY position LIMIT 1) " +
  "UPDATE mailbox m SET attempts = m.attempts + 1 FROM waiting w, head h " +
  "WHERE m.handled_at IS NULL AND m.tenant = $1 AND m.type = $2 AND m.actor = $3 " +
  "AND m.position = w.position AND (h.attempts = 0 OR w.position = h.position) " +
  "RETURNING m.position, m.id, m.command, m.sender, m.attempts";

const HANDLED = "SELECT id, digest, reply, refused FROM mailbox " +
  "WHERE tenant = $1 AND type = $2 AND actor = $3 AND id = $4 AND coalesce(handled_at, -1) <> -1";

/** Makes the mailbox side of the port. */
export function createMailboxStore(db: Connection): MailboxStore {
  return {
    async accept(rows) {
      if (rows.length === 0) return [];
      const accepted = new Set(
        (await db.query(ACCEPT, toValues(rows))).map((row) => number(row, "n")),
      );
      return rows.map((_, i) => accepted.has(i + 1) ? "accepted" : "duplicate");
    },
    async backlog(partitions, limit) {
      const rows = await db.query(BACKLOG, [arrayLiteral(partitions), limit]);
      // Once, also if its commands were accepted for several partitions.
      const unique = new Map(rows.map((row) => [JSON.stringify(row), row]));
      return [...unique.values()].map((row) => toAddress(row, "actor"));
    },
    async take(address, limit, except) {
      const skipped = arrayLiteral(except.map(storedText));
      const rows = await db.query(TAKE, [...addressValues(address), skipped, limit]);
      const inOrder = [...rows].sort((a, b) => number(a, "position") - number(b, "position"));
      return inOrder.map((row): MailboxRow => ({
        address,
        id: text(row, "id"),
        command: json(row, "command"),
        sender: text(row, "sender"),
        attempts: number(row, "attempts"),
      }));
    },
    async handled(address, command) {
      const [row] = await db.query(HANDLED, [...addressValues(address), storedText(command)]);
      if (!row) return null;
      return {
        id: text(row, "id"),
        digest: text(row, "digest"),
        reply: json(row, "reply"),
        refused: row.refused === true,
      };
    },
  };
}

function toValues(rows: readonly PostedRow[]): string[] {
  const addresses = rows.map(({ address }) => addressValues(address));
  return [
    addresses.map(([tenant]) => tenant),
    addresses.map(([, type]) => type),
    addresses.map(([, , id]) => id),
    rows.map(({ id }) => storedText(id)),
    rows.map(({ partition }) => partition),
    rows.map(({ command }) => JSON.stringify(command)),
    rows.map(({ digest }) => storedText(digest)),
    rows.map(({ sender }) => storedText(sender)),
    rows.map(({ request_id }) => request_id === null ? null : storedText(request_id)),
  ].map(arrayLiteral);
}
