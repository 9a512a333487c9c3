/**
 * How each table of a journal in a file becomes one of a database.
 *
 * @module
 */
import type { SQLOutputValue } from "node:sqlite";
import type { Element } from "../../journal/postgres/array_literal.ts";
import { storedText } from "../../stored_text.ts";

/** What a column is in the database. `outside` is text that may hold what a database does not. */
export type ColumnType = "bigint" | "boolean" | "text" | "outside" | "hash";

/** A table to fill. */
export interface CopiedTable {
  /** Its name in the database. */
  readonly name: string;
  /** Where its rows come from in the file: tables, and which order. */
  readonly from: string;
  /** Its columns, and what each is read from if not from a column of that name. */
  readonly columns: readonly (readonly [name: string, type: ColumnType, source?: string])[];
}

const ADDRESS = [["tenant", "outside"], ["type", "outside"], ["actor", "outside"]] as const;

/** All tables but `settings` and `partitions`, which a new database has rows in. */
export const COPIED_TABLES: readonly CopiedTable[] = [
  {
    name: "actors",
    from: "actors ORDER BY key",
    columns: [
      ["key", "bigint"],
      ["tenant", "outside"],
      ["type", "outside"],
      ["id", "outside"],
      ["partition", "bigint"],
      ["seq", "bigint"],
      ["hash", "hash"],
      ["status", "outside"],
      ["label", "outside"],
      ["details", "text"],
      ["owed", "boolean"],
      ["turned", "boolean", "0"],
      ["bytes", "bigint"],
      ["created_at", "bigint"],
      ["updated_at", "bigint"],
    ],
  },
  {
    name: "listings",
    from: "actors ORDER BY key",
    columns: [
      ["tenant", "outside"],
      ["type", "outside"],
      ["actor", "bigint", "key"],
      ["partition", "bigint"],
      ["status", "outside"],
      ["owed", "boolean"],
      ["closed_at", "bigint", "CASE WHEN status = 'closed' THEN updated_at END"],
    ],
  },
  {
    name: "snapshots",
    from: "snapshots ORDER BY actor",
    columns: [["actor", "bigint"], ["seq", "bigint"], ["version", "bigint"], ["state", "text"]],
  },
  {
    name: "events",
    from: "events ORDER BY actor, seq",
    columns: [
      ["actor", "bigint"],
      ["seq", "bigint"],
      ["type", "outside"],
      ["v", "bigint"],
      ["payload", "text"],
      ["cause", "outside"],
      ["at", "bigint"],
      ["hash", "hash"],
    ],
  },
  {
    name: "mailbox",
    from: "mailbox ORDER BY position",
    columns: [
      ["position", "bigint"],
      ...ADDRESS,
      ["id", "outside"],
      ["partition", "bigint"],
      ["command", "text"],
      ["digest", "outside"],
      ["sender", "outside"],
      ["accepted_at", "bigint"],
      ["attempts", "bigint"],
      ["handled_at", "bigint"],
      ["reply", "text"],
      ["refused", "boolean"],
      ["request_id", "outside"],
    ],
  },
  {
    name: "timers",
    from: "timers ORDER BY tenant, type, actor, name",
    columns: [
      ...ADDRESS,
      ["name", "outside"],
      ["partition", "bigint"],
      ["at", "bigint"],
      ["command", "text"],
    ],
  },
  {
    name: "approvals",
    from: "approvals ORDER BY tenant, position",
    columns: [
      ["tenant", "outside"],
      ["id", "outside"],
      ["position", "bigint"],
      ["type", "outside"],
      ["actor", "outside"],
      ["kind", "outside"],
      ["details", "text"],
      ["status", "outside"],
      ["outcome", "text"],
      ["asked_at", "bigint"],
      ["settled_at", "bigint"],
    ],
  },
  {
    name: "agents",
    from: "agents ORDER BY tenant, name, version",
    columns: [
      ["tenant", "outside"],
      ["name", "outside"],
      ["version", "bigint"],
      ["spec", "text"],
      ["created_at", "bigint"],
    ],
  },
  {
    name: "dead_letters",
    from: "dead_letters ORDER BY position",
    columns: [
      ["position", "bigint"],
      ["tenant", "outside"],
      ["id", "outside"],
      ["type", "outside"],
      ["actor", "outside"],
      ["partition", "bigint"],
      ["command_id", "outside"],
      ["command", "text"],
      ["sender", "outside"],
      ["error", "outside"],
      ["attempts", "bigint"],
      ["at", "bigint"],
      ["status", "outside"],
    ],
  },
  {
    name: "outbox",
    from: "outbox ORDER BY position",
    columns: [
      ["partition", "bigint"],
      ["position", "bigint"],
      ["actor", "bigint"],
      ["first_seq", "bigint"],
      ["last_seq", "bigint"],
      ["at", "bigint"],
    ],
  },
];

/** The statement that reads a table's rows from the file. */
export function readStatement({ from, columns }: CopiedTable): string {
  const list = columns.map(([name, , source]) =>
    source === undefined ? name : `${source} AS ${name}`
  );
  return `SELECT ${list.join(", ")} FROM ${from}`;
}

/** The statement that writes rows into the database, one array for each column. */
export function writeStatement({ name, columns }: CopiedTable): string {
  const names = columns.map(([column]) => column);
  const arrays = columns.map(([, type], i) => `$${i + 1}::${arrayType(type)}[]`);
  const values = columns.map(([column, type]) =>
    type === "hash" ? `decode(r.${column}, 'hex')` : `r.${column}`
  );
  return `INSERT INTO ${name} (${names.join(", ")}) OVERRIDING SYSTEM VALUE ` +
    `SELECT ${values.join(", ")} FROM unnest(${arrays.join(", ")}) AS r (${names.join(", ")})`;
}

function arrayType(type: ColumnType): string {
  return type === "bigint" || type === "boolean" ? type : "text";
}

/** A value of the file as the database takes it. */
export function toElement(value: SQLOutputValue | undefined, type: ColumnType): Element {
  if (value === null || value === undefined) return null;
  if (type === "bigint") return Number(value);
  if (type === "boolean") return Number(value) !== 0;
  return type === "outside" ? storedText(String(value)) : String(value);
}
