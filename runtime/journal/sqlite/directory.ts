/**
 * Lists of actors and of questions to people.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";
import { SynapseError } from "../../errors.ts";
import type { ActorRecord, Directory, Page, PageRequest, Question } from "../directory_port.ts";
import {
  type Connection,
  json,
  number,
  numberOrNull,
  type Row,
  type Statement,
  text,
} from "./connection.ts";

/** Makes the directory side of the port. */
export function createDirectory(db: Connection): Directory {
  const columns =
    "key, tenant, type, id, seq, status, label, details, created_at, updated_at, bytes";
  const find = db.prepare(`SELECT ${columns} FROM actors WHERE tenant = ? AND type = ? AND id = ?`);
  // One statement for each combination of filters, so that each has an index of its own.
  const list = (where: string) =>
    db.prepare(
      `SELECT ${columns} FROM actors WHERE tenant = ? AND type = ? AND key < ?${where} ORDER BY key DESC LIMIT ?`,
    );
  const lists: Record<string, Statement> = {
    "": list(""),
    status: list(" AND status = ?"),
    label: list(" AND label = ?"),
    "status label": list(" AND status = ? AND label = ?"),
  };
  const owed = db.prepare(
    "SELECT key, tenant, type, id FROM actors " +
      "WHERE owed = 1 AND key > ? AND partition IN (SELECT value FROM json_each(?)) ORDER BY key LIMIT ?",
  );
  const question = db.prepare("SELECT * FROM approvals WHERE tenant = ? AND id = ?");
  const allQuestions = db.prepare(
    "SELECT * FROM approvals WHERE tenant = ? AND position > ? ORDER BY position LIMIT ?",
  );
  const questionsByStatus = db.prepare(
    "SELECT * FROM approvals WHERE tenant = ? AND status = ? AND position > ? ORDER BY position LIMIT ?",
  );
  return {
    find: ({ tenant, type, id }) =>
      Promise.try(() => {
        const row = find.get(tenant, type, id);
        return row ? toRecord(row) : null;
      }),
    list: (tenant, { type, status, label }, page) =>
      Promise.try(() => {
        const before = page.cursor === null ? Number.MAX_SAFE_INTEGER : position(page.cursor);
        const names = [status === null ? "" : "status", label === null ? "" : "label"].filter(
          Boolean,
        );
        const values = [status, label].filter((value) => value !== null);
        const rows = lists[names.join(" ")]!.all(tenant, type, before, ...values, page.limit + 1);
        return toPage(rows, page, "key", toRecord);
      }),
    owed: (partitions, page) =>
      Promise.try(() => {
        const rows = owed.all(position(page.cursor), JSON.stringify(partitions), page.limit + 1);
        return toPage(rows, page, "key", (row) => toAddress(row, "id"));
      }),
    question: (tenant, id) =>
      Promise.try(() => {
        const row = question.get(tenant, id);
        return row ? toQuestion(row) : null;
      }),
    questions: (tenant, status, page) =>
      Promise.try(() => {
        const after = position(page.cursor);
        const rows = status === null
          ? allQuestions.all(tenant, after, page.limit + 1)
          : questionsByStatus.all(tenant, status, after, page.limit + 1);
        return toPage(rows, page, "position", toQuestion);
      }),
  };
}

/**
 * Reads a cursor: the position after which to go on.
 *
 * @throws {SynapseError} `invalid_request` for one that no page gave out
 */
export function position(cursor: string | null): number {
  const value = Number(cursor ?? 0);
  if (cursor !== null && (!/^\d+$/.test(cursor) || !Number.isSafeInteger(value))) {
    const found = JSON.stringify(cursor.slice(0, 80));
    throw new SynapseError("invalid_request", `Cursor is ${found}, wanted \`next\` of a page`);
  }
  return value;
}

/** Cuts a page of `limit` from rows that were read one further. */
export function toPage<Item>(
  rows: readonly Row[],
  page: PageRequest,
  column: string,
  map: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(map),
    next: rows.length > shown.length && last ? text(last, column) : null,
  };
}

/** Reads an address, whose id is in the named column. */
export function toAddress(row: Row, id: "id" | "actor"): Address {
  return { tenant: text(row, "tenant"), type: text(row, "type"), id: text(row, id) };
}

function toRecord(row: Row): ActorRecord {
  return {
    address: toAddress(row, "id"),
    seq: number(row, "seq"),
    summary: {
      status: text(row, "status"),
      label: text(row, "label"),
      details: json(row, "details"),
    },
    created_at: number(row, "created_at"),
    updated_at: number(row, "updated_at"),
    bytes: number(row, "bytes"),
  };
}

function toQuestion(row: Row): Question {
  return {
    id: text(row, "id"),
    address: toAddress(row, "actor"),
    kind: text(row, "kind"),
    details: json(row, "details"),
    status: text(row, "status"),
    outcome: json(row, "outcome"),
    asked_at: number(row, "asked_at"),
    settled_at: numberOrNull(row, "settled_at"),
  };
}
