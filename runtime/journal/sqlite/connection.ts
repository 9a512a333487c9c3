/**
 * A connection to the journal's file, with errors as the port wants them.
 *
 * @module
 */
import type { Json } from "../../../actors/behavior.ts";
import {
  type Connection,
  type ConnectionOptions,
  openSqlite,
  type Row,
} from "../../sqlite/connection.ts";
import { JournalUnavailable } from "../port.ts";

export {
  type Connection,
  number,
  numberOrNull,
  type Row,
  type Statement,
  text,
  type WritingOptions,
} from "../../sqlite/connection.ts";

/**
 * Opens the file; to write, creating it if need be.
 *
 * @throws {JournalUnavailable} saying why it cannot be used
 */
export function openConnection(options: ConnectionOptions): Connection {
  return openSqlite(
    options,
    ({ path, reason, rolled_back, cause }) =>
      new JournalUnavailable(`Journal ${path} cannot be used: ${reason}`, { rolled_back, cause }),
  );
}

/** Reads a JSON column. */
export function json(row: Row, column: string): Json {
  return JSON.parse(String(row[column]));
}
