/**
 * Items in their table, and filters as SQL.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";
import {
  type Connection,
  number,
  type Row,
  type Statement,
  text,
  type Values,
} from "../../sqlite/connection.ts";
import { restoredText, storedText } from "../../stored_text.ts";
import {
  MEMORY_KINDS,
  type MemoryFilter,
  type MemoryItem,
  type MemoryKind,
  type MemoryPage,
} from "../port.ts";
import type { Space } from "./spaces.ts";

/** An item with its key. */
export interface StoredItem {
  readonly key: number;
  readonly item: MemoryItem;
}

/** A filter's conditions on `items`, without the space, and the values to bind. */
export interface Conditions {
  readonly sql: string;
  readonly values: Values;
}

/** Reads a filter. An empty list is met by nothing. */
export function conditionsOf({ agent, session, kinds, ids, before }: MemoryFilter): Conditions {
  const parts: string[] = [];
  const values: (string | number)[] = [];
  const add = (sql: string, value: string | number) => {
    parts.push(` AND ${sql}`);
    values.push(value);
  };
  if (agent !== undefined) add("items.agent = ?", storedText(agent));
  if (session !== undefined) add("items.session = ?", storedText(session));
  if (kinds !== undefined) {
    add("items.kind IN (SELECT value FROM json_each(?))", JSON.stringify(kinds));
  }
  if (ids !== undefined) {
    add("items.id IN (SELECT value FROM json_each(?))", JSON.stringify(ids.map(storedText)));
  }
  if (before !== undefined) add("items.at < ?", before);
  return { sql: parts.join(""), values };
}

/** The table of items. */
export class ItemRows {
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement>();

  constructor(db: Connection) {
    this.#db = db;
  }

  /**
   * Stores an item.
   *
   * @param words a hash of its words, by which others that have the same ones find it
   */
  insert({ id }: Space, item: MemoryItem, words: number): number {
    const row = this.#sql(
      "INSERT INTO items (space, id, agent, session, kind, text, at, words) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING key",
    ).get(
      id,
      storedText(item.id),
      storedText(item.agent),
      storedText(item.session),
      item.kind,
      storedText(item.text),
      item.at,
      words,
    );
    return number(row ?? {}, "key");
  }

  /** The item with that id. */
  byId(space: Space, id: string): StoredItem | null {
    const row = this.#sql("SELECT * FROM items WHERE space = ? AND id = ?").get(
      space.id,
      storedText(id),
    );
    return row ? toStored(row, space.tenant) : null;
  }

  /** Items by their keys; those that do not exist are left out. */
  byKeys({ tenant }: Space, keys: readonly number[]): StoredItem[] {
    const found = this.#sql("SELECT * FROM items WHERE key IN (SELECT value FROM json_each(?))")
      .all(JSON.stringify(keys));
    return found.map((row) => toStored(row, tenant));
  }

  /** Keys of the first items whose words have this hash. */
  keysByWords(space: Space, words: number, limit: number): number[] {
    return this.#sql("SELECT key FROM items WHERE space = ? AND words = ? ORDER BY key LIMIT ?")
      .all(space.id, words, limit).map((row) => number(row, "key"));
  }

  /** Keys of some items that meet a filter; in no order, so that ids are looked up and not scanned for. */
  keys(space: Space, filter: MemoryFilter, limit: number): number[] {
    const { sql, values } = conditionsOf(filter);
    return this.#sql(`SELECT key FROM items WHERE space = ?${sql} LIMIT ?`)
      .all(space.id, ...values, limit).map((row) => number(row, "key"));
  }

  /** Notes that an item was remembered again. */
  touch(key: number, at: number): void {
    this.#sql("UPDATE items SET at = ? WHERE key = ?").run(at, key);
  }

  /** Removes an item. */
  remove(key: number): void {
    this.#sql("DELETE FROM items WHERE key = ?").run(key);
  }

  /** Removes some items of a space with their vectors. Returns how many there were. */
  removeSome({ id }: Space, limit: number): number {
    const some = "SELECT key FROM items WHERE space = ? ORDER BY key LIMIT ?";
    this.#sql(`DELETE FROM vectors WHERE key IN (${some})`).run(id, limit);
    return this.#sql(`DELETE FROM items WHERE key IN (${some})`).run(id, limit);
  }

  /** One page of the items that meet a filter, newest first. */
  page(
    space: Space,
    filter: MemoryFilter,
    { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  ): MemoryPage {
    const { sql, values } = conditionsOf(filter);
    const from = cursor === null ? [] : positionOf(cursor);
    const after = cursor === null ? "" : " AND (items.at, items.key) < (?, ?)";
    const rows = this.#sql(
      `SELECT * FROM items WHERE space = ?${sql}${after} ORDER BY at DESC, key DESC LIMIT ?`,
    ).all(space.id, ...values, ...from, limit + 1);
    const stored = rows.slice(0, limit).map((row) => toStored(row, space.tenant));
    const last = stored.at(-1);
    return {
      items: stored.map(({ item }) => item),
      next: rows.length > limit && last ? `${last.item.at}.${last.key}` : null,
    };
  }

  /** How many items of each kind there are. */
  countByKind(space: Space | null): Record<MemoryKind, number> {
    const counts: Record<MemoryKind, number> = {
      fact: 0,
      episode: 0,
      preference: 0,
      procedure: 0,
    };
    const rows = space === null
      ? []
      : this.#sql("SELECT kind, count(*) AS n FROM items WHERE space = ? GROUP BY kind")
        .all(space.id);
    for (const row of rows) counts[kindOf(row)] = number(row, "n");
    return counts;
  }

  /** Each text is prepared once: filters make few different ones. */
  #sql(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** A text as it was before {@link storedText}. */
export function plainText(row: Row, column: string): string {
  return restoredText(text(row, column));
}

/** An item's kind. */
export function kindOf(row: Row): MemoryKind {
  return MEMORY_KINDS.find((kind) => kind === row["kind"]) ?? "fact";
}

function toStored(row: Row, tenant: string): StoredItem {
  return {
    key: number(row, "key"),
    item: {
      id: plainText(row, "id"),
      tenant,
      agent: plainText(row, "agent"),
      session: plainText(row, "session"),
      kind: kindOf(row),
      text: plainText(row, "text"),
      at: number(row, "at"),
    },
  };
}

/** Where a page ended: time and key of its last item. */
function positionOf(cursor: string): readonly [number, number] {
  const [, at, key] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? [];
  if (at === undefined || key === undefined) {
    const found = JSON.stringify(cursor.slice(0, 80));
    throw new SynapseError("invalid_request", `Cursor is ${found}, wanted \`next\` of a page`);
  }
  return [Number(at), Number(key)];
}
