/**
 * Lists of actors and of questions to people.
 *
 * @module
 */
import type { Directory } from "../directory_port.ts";
import { position, toPage } from "../records.ts";
import type { Connection, Statement } from "./connection.ts";
import { toActor, toAddress, toQuestion } from "./row.ts";

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
        return row ? toActor(row) : null;
      }),
    list: (tenant, { type, status, label }, page) =>
      Promise.try(() => {
        const before = page.cursor === null ? Number.MAX_SAFE_INTEGER : position(page.cursor);
        const names = [status === null ? "" : "status", label === null ? "" : "label"].filter(
          Boolean,
        );
        const values = [status, label].filter((value) => value !== null);
        const rows = lists[names.join(" ")]!.all(tenant, type, before, ...values, page.limit + 1);
        return toPage(rows, page, "key", toActor);
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
