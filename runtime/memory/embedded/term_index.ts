/**
 * The index of terms: SQLite's FTS5, one table for each space, so that how rare a term is depends on
 * that tenant's items alone.
 *
 * @module
 */
import { type Connection, number, type Statement } from "../../sqlite/connection.ts";
import type { Ranked } from "../fusion.ts";
import type { MemoryFilter } from "../port.ts";
import { termsOf } from "../terms.ts";
import { conditionsOf } from "./item_rows.ts";
import type { Space } from "./spaces.ts";

/** Terms of a question that are looked for at most: the first ones, of a long text also the last. */
const QUESTION_TERMS_MAX = 64;

/** The terms of all spaces. */
export class TermIndex {
  readonly #db: Connection;
  /** Statements by space and text. */
  readonly #statements = new Map<number, Map<string, Statement>>();

  constructor(db: Connection) {
    this.#db = db;
  }

  /** Adds an item's terms. */
  add({ id }: Space, key: number, text: string): void {
    this.#sql(id, `INSERT INTO terms_${id} (rowid, terms) VALUES (?, ?)`)
      .run(key, termsOf(text).join(" "));
  }

  /** Removes an item's terms. */
  remove({ id }: Space, key: number): void {
    this.#sql(id, `DELETE FROM terms_${id} WHERE rowid = ?`).run(key);
  }

  /** The items that have any of a question's terms, best first, by BM25. */
  search(space: Space, question: string, filter: MemoryFilter, count: number): Ranked<number>[] {
    const terms = [...new Set(termsOf(question))];
    if (terms.length === 0) return [];
    const half = QUESTION_TERMS_MAX / 2;
    const asked = terms.length <= QUESTION_TERMS_MAX
      ? terms
      : [...terms.slice(0, half), ...terms.slice(-half)];
    const { sql, values } = conditionsOf(filter);
    const table = `terms_${space.id}`;
    const statement = this.#sql(
      space.id,
      sql === ""
        ? `SELECT rowid AS key, rank FROM ${table} WHERE ${table} MATCH ? ORDER BY rank LIMIT ?`
        : `SELECT ${table}.rowid AS key, ${table}.rank AS rank FROM ${table} ` +
          `CROSS JOIN items ON items.key = ${table}.rowid ` +
          `WHERE ${table} MATCH ?${sql} ORDER BY ${table}.rank LIMIT ?`,
    );
    return statement.all(asked.map(quoted).join(" OR "), ...values, count)
      .map((row) => ({ key: number(row, "key"), score: -number(row, "rank") }));
  }

  /** Lets go of a space that is about to be removed. */
  close({ id }: Space): void {
    this.#statements.delete(id);
  }

  #sql(space: number, sql: string): Statement {
    const own = this.#statements.get(space) ?? new Map<string, Statement>();
    this.#statements.set(space, own);
    const statement = own.get(sql) ?? this.#db.prepare(sql);
    own.set(sql, statement);
    return statement;
  }
}

/** A term as FTS5 takes it literally; terms hold no quotes. */
function quoted(term: string): string {
  return `"${term}"`;
}
