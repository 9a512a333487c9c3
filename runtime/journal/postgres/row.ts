/**
 * Columns of rows, as the port wants them.
 *
 * @module
 */
import type { Address, Json } from "../../../actors/behavior.ts";
import { restoredText, storedText } from "../../stored_text.ts";

/** A row as Postgres gives it: 64-bit integers are texts. */
export type Row = Readonly<Record<string, unknown>>;

/** Reads a text column that holds what {@link storedText} gave. */
export function text(row: Row, column: string): string {
  return restoredText(String(row[column]));
}

/** Reads a number column. */
export function number(row: Row, column: string): number {
  return Number(row[column]);
}

/** Reads a number column that may be NULL. */
export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : Number(row[column]);
}

/** Reads a column with JSON. */
export function json(row: Row, column: string): Json {
  return JSON.parse(String(row[column]));
}

/** Reads an address, whose id is in the named column. */
export function toAddress(row: Row, id: "id" | "actor"): Address {
  return { tenant: text(row, "tenant"), type: text(row, "type"), id: text(row, id) };
}

/** An address as three values to bind: tenant, type, id. */
export function addressValues({ tenant, type, id }: Address): [string, string, string] {
  return [storedText(tenant), storedText(type), storedText(id)];
}
