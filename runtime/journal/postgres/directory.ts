/**
 * Lists of actors and of questions to people.
 *
 * @module
 */
import type { Directory } from "../directory_port.ts";
import { arrayLiteral } from "./array_literal.ts";
import type { Connection, Value } from "./connection.ts";
import { position, toPage } from "../records.ts";
import { addressValues, toActor, toAddress, toQuestion } from "./row.ts";
import { storedText } from "../../stored_text.ts";

const ACTOR = "a.key, a.tenant, a.type, a.id, a.seq, a.status, a.label, a.details, a.created_at, " +
  "a.updated_at, a.bytes";

const FIND = `SELECT ${ACTOR} FROM actors a WHERE a.tenant = $1 AND a.type = $2 AND a.id = $3`;

/** By the actors' own index on labels, or by their listings; newest first. */
const BY_LABEL = `SELECT ${ACTOR} FROM actors a ` +
  "WHERE a.tenant = $1 AND a.type = $2 AND a.key < $3 AND a.label = $5 ORDER BY a.key DESC LIMIT $4";

const byListing = (where: string) =>
  `SELECT ${ACTOR} FROM listings l JOIN actors a ON a.key = l.actor ` +
  `WHERE l.tenant = $1 AND l.type = $2 AND l.actor < $3${where} ORDER BY l.actor DESC LIMIT $4`;

const OWED = "SELECT o.actor AS key, a.tenant, a.type, a.id FROM (" +
  "SELECT of_partition.actor FROM unnest($1::integer[]) AS p (id) CROSS JOIN LATERAL (" +
  "SELECT actor FROM listings WHERE owed AND partition = p.id AND actor > $2 " +
  "ORDER BY actor LIMIT $3) AS of_partition ORDER BY of_partition.actor LIMIT $3) AS o " +
  "JOIN actors a ON a.key = o.actor ORDER BY o.actor";

const QUESTION =
  "id, tenant, position, type, actor, kind, details, status, outcome, asked_at, settled_at";

/** Makes the directory side of the port. */
export function createDirectory(db: Connection): Directory {
  return {
    async find(address) {
      const [row] = await db.query(FIND, addressValues(address));
      return row ? toActor(row) : null;
    },
    async list(tenant, { type, status, label }, page) {
      const before = page.cursor === null ? Number.MAX_SAFE_INTEGER : position(page.cursor);
      const values: Value[] = [storedText(tenant), storedText(type), before, page.limit + 1];
      const rows = await db.query(...listQuery(values, status, label));
      return toPage(rows, page, "key", toActor);
    },
    async owed(partitions, page) {
      const values = [arrayLiteral(partitions), position(page.cursor), page.limit + 1];
      return toPage(await db.query(OWED, values), page, "key", (row) => toAddress(row, "id"));
    },
    async question(tenant, id) {
      const one = `SELECT ${QUESTION} FROM approvals WHERE tenant = $1 AND id = $2`;
      const [row] = await db.query(one, [storedText(tenant), storedText(id)]);
      return row ? toQuestion(row) : null;
    },
    async questions(tenant, status, page) {
      const values: Value[] = [storedText(tenant), position(page.cursor), page.limit + 1];
      if (status !== null) values.push(storedText(status));
      const all = `SELECT ${QUESTION} FROM approvals WHERE tenant = $1 AND position > $2` +
        `${status === null ? "" : " AND status = $4"} ORDER BY position LIMIT $3`;
      return toPage(await db.query(all, values), page, "position", toQuestion);
    },
  };
}

/** A statement for each combination of filters, so that each has an index of its own. */
function listQuery(
  values: readonly Value[],
  status: string | null,
  label: string | null,
): [string, readonly Value[]] {
  if (status === null && label === null) return [byListing(""), values];
  if (status === null) return [BY_LABEL, [...values, storedText(label ?? "")]];
  if (label === null) return [byListing(" AND l.status = $5"), [...values, storedText(status)]];
  const both = byListing(" AND l.status = $5 AND a.label = $6");
  return [both, [...values, storedText(status), storedText(label)]];
}
