/**
 * Columns of rows, as the port wants them. 64-bit integers come as texts.
 *
 * @module
 */
import type { Address } from "../../../actors/behavior.ts";
import { restoredText, storedText } from "../../stored_text.ts";
import type { SqlRow as Row } from "../../sql_row.ts";
import { createRecordReader } from "../records.ts";

export { number, numberOrNull, type SqlRow as Row } from "../../sql_row.ts";
export { json } from "../records.ts";

/** Reads a text column that holds what {@link storedText} gave. */
export function text(row: Row, column: string): string {
  return restoredText(String(row[column]));
}

/** Reads records from rows of this store. */
export const { toAddress, toEvent, toActor, toQuestion, toDeadLetter, toAgent } =
  createRecordReader(text);

/** An address as three values to bind: tenant, type, id. */
export function addressValues({ tenant, type, id }: Address): [string, string, string] {
  return [storedText(tenant), storedText(type), storedText(id)];
}
