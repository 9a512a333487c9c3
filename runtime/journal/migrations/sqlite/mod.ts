/**
 * The migrations of the SQLite journal, in order. Forward only: a released one is never changed.
 *
 * @module
 */
import type { Migration } from "../../migrate.ts";
import initial from "./000001_initial.sql" with { type: "text" };
import outbox from "./000002_outbox.sql" with { type: "text" };
import requestIds from "./000003_request_ids.sql" with { type: "text" };

/** All steps. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "initial", sql: initial },
  { number: 2, name: "outbox", sql: outbox },
  { number: 3, name: "request_ids", sql: requestIds },
];
