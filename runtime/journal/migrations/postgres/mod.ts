/**
 * The migrations of the Postgres journal, in order. Forward only: a released one is never changed.
 * The program's functions in the database are part of them, because two versions of the program may
 * run side by side: a function whose arguments change gets another name.
 *
 * @module
 */
import type { Migration } from "../../migrate.ts";
import initial from "./000001_initial.sql" with { type: "text" };
import rights from "./000001_rights.sql" with { type: "text" };
import commitParts from "./000002_commit_parts.sql" with { type: "text" };
import outbox from "./000002_outbox.sql" with { type: "text" };
import purgeRows from "./000002_purge_rows.sql" with { type: "text" };
import requestIds from "./000003_request_ids.sql" with { type: "text" };
import weights from "./000004_weights.sql" with { type: "text" };

/** All steps. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: "initial", sql: [initial, rights].join("\n") },
  { number: 2, name: "outbox", sql: [outbox, commitParts, purgeRows].join("\n") },
  { number: 3, name: "request_ids", sql: requestIds },
  { number: 4, name: "weights", sql: weights },
];
