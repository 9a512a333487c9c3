/**
 * A connection to an SQLite file: settings, transactions, and errors that say whether the file is in
 * trouble or the caller is wrong.
 *
 * @module
 */
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from "node:sqlite";
import { errorMessage, SynapseError } from "../errors.ts";
import { DEFECTS, IO_ERROR, REASONS, resultCode } from "./result_codes.ts";

export { number, numberOrNull } from "../sql_row.ts";

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** Values to bind, in order. */
export type Values = readonly SQLInputValue[];

/** A prepared statement. */
export interface Statement {
  /** Runs it. Returns how many rows it changed. */
  run(...values: Values): number;
  get(...values: Values): Row | undefined;
  all(...values: Values): Row[];
  /** One row at a time; nothing else may use the statement meanwhile. */
  iterate(...values: Values): Iterable<Row>;
}

/** An open file. All calls are synchronous: SQLite works in this thread. */
export interface Connection {
  prepare(sql: string): Statement;
  /** Runs `work` in one transaction; if it throws, nothing of it stays. */
  transaction<Result>(work: () => Result): Result;
  exec(sql: string): void;
  close(): void;
}

/** Trouble with the file. */
export interface FileTrouble {
  readonly path: string;
  /** What is wrong, for people; no final stop. */
  readonly reason: string;
  /** Whether it is certain that the work left no trace. */
  readonly rolled_back: boolean;
  readonly cause: unknown;
}

/** The error of whoever owns the file. */
export type UnavailableError = (trouble: FileTrouble) => SynapseError;

/** How a connection is opened. */
export type ConnectionOptions =
  | { readonly path: string; readonly access: "read" }
  | WritingOptions;

/** How a connection that writes is opened. */
export interface WritingOptions {
  readonly path: string;
  readonly access?: "write";
  /** `full`: a commit survives a power failure. `normal`: only the loss of the process. */
  readonly synchronous: "full" | "normal";
  /** Further PRAGMA settings, such as `max_page_count = 100`. */
  readonly pragmas?: readonly string[];
}

/**
 * Opens the file; to write, creating it if need be.
 *
 * @param unavailable makes the error that this and every method throws when the file cannot be used
 */
export function openSqlite(
  options: ConnectionOptions,
  unavailable: UnavailableError,
): Connection {
  const { path } = options;
  const guard = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw troubleOr(error, path, unavailable);
    }
  };
  const db = guard(() => new DatabaseSync(path, { readOnly: options.access === "read" }));
  try {
    if (options.access !== "read") guard(() => configure(db, options));
  } catch (error) {
    db.close();
    throw error;
  }
  const transact = transactions(db);
  return {
    prepare(sql) {
      const statement = guard(() => db.prepare(sql));
      return {
        run: (...values) => guard(() => Number(statement.run(...values).changes)),
        get: (...values) => guard(() => statement.get(...values)),
        all: (...values) => guard(() => statement.all(...values)),
        iterate: (...values) => guarded(statement.iterate(...values), guard),
      };
    },
    transaction: (work) => guard(() => transact(work)),
    exec: (sql) => guard(() => db.exec(sql)),
    close: () => db.close(),
  };
}

function configure(db: DatabaseSync, { synchronous, pragmas = [] }: WritingOptions): void {
  db.exec("PRAGMA journal_mode = WAL");
  db.exec(`PRAGMA synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
  db.exec("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000; PRAGMA cache_size = -4000");
  for (const pragma of pragmas) db.exec(`PRAGMA ${pragma}`);
}

/** Prepared statements, because their errors have a code. */
function transactions(db: DatabaseSync): <Result>(work: () => Result) => Result {
  const [begin, commit, rollback] = ["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]
    .map((sql) => db.prepare(sql)) as [StatementSync, StatementSync, StatementSync];
  return (work) => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (db.isTransaction) rollback.run();
      throw error;
    }
  };
}

function* guarded(
  rows: Iterator<Row>,
  guard: <Result>(work: () => Result) => Result,
): Iterable<Row> {
  for (let next = guard(() => rows.next()); !next.done; next = guard(() => rows.next())) {
    yield next.value;
  }
}

/** The owner's error if the file is in trouble; else what was thrown. */
function troubleOr(error: unknown, path: string, unavailable: UnavailableError): unknown {
  if (error instanceof SynapseError) return error;
  const code = resultCode(error);
  if (code === null || DEFECTS.has(code)) return error;
  const reason = REASONS[code]?.reason ?? errorMessage(error);
  return unavailable({ path, reason, rolled_back: code !== IO_ERROR, cause: error });
}

/** Reads a text column. */
export function text(row: Row, column: string): string {
  return String(row[column]);
}
