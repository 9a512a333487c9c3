/**
 * A connection to the journal's file, with errors as the port wants them.
 *
 * @module
 */
import { type Connection, type ConnectionOptions, openSqlite } from "../../sqlite/connection.ts";
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
export { json } from "../records.ts";

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
