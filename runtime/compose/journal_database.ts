/**
 * How a journal in Postgres is looked at without a node: nothing is migrated, and nothing written.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import type { PostgresConfig } from "../config.ts";
import { systemEntropy } from "../entropy.ts";
import type { Directory } from "../journal/directory_port.ts";
import type { EventLog } from "../journal/port.ts";
import { Connections } from "../journal/postgres/connection.ts";
import { createDirectory } from "../journal/postgres/directory.ts";
import { createEventLog } from "../journal/postgres/read.ts";

/** How long the server may work on one statement, in milliseconds. */
const STATEMENT_MS = 60_000;

/** What can be read of a journal in Postgres. */
export interface JournalDatabase extends EventLog, Directory, AsyncDisposable {}

/** Makes a journal readable that has all its tables. Connects with the first question. */
export function openJournalDatabase({ url }: PostgresConfig): JournalDatabase {
  const connections = new Connections({
    url,
    clock: systemClock,
    entropy: systemEntropy,
    connections: 1,
    statement_timeout_ms: STATEMENT_MS,
  });
  return {
    ...createEventLog(connections),
    ...createDirectory(connections),
    [Symbol.asyncDispose]: () => connections[Symbol.asyncDispose](),
  };
}
