/**
 * From rows to what the port speaks of, alike for every SQL store: their columns have the same names.
 * The stores differ in how they keep text from outside.
 *
 * @module
 */
import type { Address, Json } from "../../actors/behavior.ts";
import { SynapseError } from "../errors.ts";
import type {
  ActorRecord,
  DeadLetter,
  Page,
  PageRequest,
  Question,
  StoredAgent,
} from "./directory_port.ts";
import { number, numberOrNull, type SqlRow } from "../sql_row.ts";
import type { JournalEvent } from "./port.ts";

/** Reads a column with JSON. */
export function json(row: SqlRow, column: string): Json {
  return JSON.parse(String(row[column]));
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

/**
 * Cuts a page of `limit` from rows that were read one further.
 *
 * @param column of the position, a number
 */
export function toPage<Item>(
  rows: readonly SqlRow[],
  page: PageRequest,
  column: string,
  map: (row: SqlRow) => Item,
): Page<Item> {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(map),
    next: rows.length > shown.length && last ? String(last[column]) : null,
  };
}

/** Reads records of one store. */
export interface RecordReader {
  /** An address, whose id is in the named column. */
  toAddress(row: SqlRow, id: "id" | "actor"): Address;
  toEvent(row: SqlRow): JournalEvent;
  toActor(row: SqlRow): ActorRecord;
  toQuestion(row: SqlRow): Question;
  toDeadLetter(row: SqlRow): DeadLetter;
  toAgent(row: SqlRow): StoredAgent;
}

/** @param text reads a column with text from outside */
export function createRecordReader(text: (row: SqlRow, column: string) => string): RecordReader {
  const toAddress: RecordReader["toAddress"] = (row, id) => ({
    tenant: text(row, "tenant"),
    type: text(row, "type"),
    id: text(row, id),
  });
  return {
    toAddress,
    toEvent: (row) => ({
      seq: number(row, "seq"),
      type: text(row, "type"),
      v: number(row, "v"),
      payload: json(row, "payload"),
      cause: text(row, "cause"),
      at: number(row, "at"),
      hash: text(row, "hash"),
    }),
    toActor: (row) => ({
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
    }),
    toQuestion: (row) => ({
      id: text(row, "id"),
      address: toAddress(row, "actor"),
      kind: text(row, "kind"),
      details: json(row, "details"),
      status: text(row, "status"),
      outcome: json(row, "outcome"),
      asked_at: number(row, "asked_at"),
      settled_at: numberOrNull(row, "settled_at"),
    }),
    toDeadLetter: (row) => ({
      id: text(row, "id"),
      address: toAddress(row, "actor"),
      command_id: text(row, "command_id"),
      command: json(row, "command"),
      sender: text(row, "sender"),
      error: text(row, "error"),
      attempts: number(row, "attempts"),
      at: number(row, "at"),
      status: text(row, "status") === "open" ? "open" : "retried",
    }),
    toAgent: (row) => ({
      name: text(row, "name"),
      version: number(row, "version"),
      spec: json(row, "spec"),
      created_at: number(row, "created_at"),
    }),
  };
}
