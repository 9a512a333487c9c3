/**
 * Vectors on disk, and the tables of those tenants in memory that were asked for last.
 *
 * @module
 */
import { type Connection, number, type Row, type Statement } from "../../sqlite/connection.ts";
import { kindOf, plainText } from "./item_rows.ts";
import type { Space } from "./spaces.ts";
import { type VectorRow, VectorTable } from "./vector_table.ts";

/** Rows read at a time: about 30 milliseconds. */
const PIECE_ROWS = 2000;

/** All vectors. */
export class Vectors {
  readonly #bytesMax: number;
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #load: Statement;
  /** By space; the one that was used last comes last. */
  readonly #tables = new Map<number, VectorTable>();
  /** Tables that are being read, by space. */
  readonly #partial = new Map<number, VectorTable>();
  readonly #warming = new Map<number, Promise<void>>();

  /** @param bytesMax what tables in memory may take together; the one in use may be larger alone */
  constructor(db: Connection, bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#insert = db.prepare("INSERT INTO vectors (key, vector) VALUES (?, ?)");
    this.#remove = db.prepare("DELETE FROM vectors WHERE key = ?");
    // Any other index would have each piece sort all rows.
    this.#load = db.prepare(
      "SELECT items.key, agent, session, kind, at, vector " +
        "FROM items INDEXED BY items_space CROSS JOIN vectors USING (key) " +
        "WHERE space = ? AND items.key > ? ORDER BY items.key LIMIT ?",
    );
  }

  /**
   * Reads a space's table if need be, in pieces between which others have their turn. What changes
   * meanwhile is in the table or in a later piece: keys only grow.
   */
  warm(space: Space, rest: () => Promise<void>): Promise<void> {
    if (this.#tables.has(space.id)) return Promise.resolve();
    const warming = this.#warming.get(space.id) ??
      this.#readInPieces(space, rest).finally(() => this.#warming.delete(space.id));
    this.#warming.set(space.id, warming);
    return warming;
  }

  /** A space's table, read at once if need be. The space has a model. */
  table(space: Space): VectorTable {
    return this.#use(space, this.#tables.get(space.id) ?? this.#read(space));
  }

  /** Stores a vector, on disk and in the table. */
  add(space: Space, row: VectorRow, vector: Float32Array): void {
    const table = this.table(space);
    this.#insert.run(row.key, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    table.add(row, vector);
  }

  /** Notes a newer time in the table, if that is in memory. */
  touch(space: Space, key: number, at: number): void {
    for (const tables of [this.#tables, this.#partial]) tables.get(space.id)?.touch(key, at);
  }

  /** Removes a vector, from disk and from the table, if that is in memory. */
  remove(space: Space, key: number): void {
    this.#remove.run(key);
    for (const tables of [this.#tables, this.#partial]) tables.get(space.id)?.remove(key);
  }

  /** Lets go of a space's table: it is not needed any more, or a transaction failed. */
  drop(space: Space): void {
    this.#tables.delete(space.id);
    this.#partial.delete(space.id);
  }

  async #readInPieces(space: Space, rest: () => Promise<void>): Promise<void> {
    const table = new VectorTable(space.dimensions ?? 0);
    this.#partial.set(space.id, table);
    for (let last = 0, more = true; more;) {
      const rows = this.#load.all(space.id, last, PIECE_ROWS);
      for (const row of rows) table.add(toVectorRow(row), vectorOf(row));
      more = rows.length === PIECE_ROWS;
      last = number(rows.at(-1) ?? { key: last }, "key");
      if (more) await rest();
      // Someone could not wait and read it at once, or it is not wanted any more.
      if (this.#partial.get(space.id) !== table) return;
    }
    this.#partial.delete(space.id);
    this.#use(space, table);
  }

  #read(space: Space): VectorTable {
    this.#partial.delete(space.id);
    const table = new VectorTable(space.dimensions ?? 0);
    for (const row of this.#load.iterate(space.id, 0, -1)) {
      table.add(toVectorRow(row), vectorOf(row));
    }
    return table;
  }

  /** Notes that a table is used, and lets go of those that were used longest ago. */
  #use(space: Space, table: VectorTable): VectorTable {
    this.#tables.delete(space.id);
    this.#tables.set(space.id, table);
    let bytes = 0;
    for (const { bytes: more } of this.#tables.values()) bytes += more;
    for (const [id, other] of this.#tables) {
      if (bytes <= this.#bytesMax || other === table) break;
      bytes -= other.bytes;
      this.#tables.delete(id);
    }
    return table;
  }
}

function toVectorRow(row: Row): VectorRow {
  return {
    key: number(row, "key"),
    agent: plainText(row, "agent"),
    session: plainText(row, "session"),
    kind: kindOf(row),
    at: number(row, "at"),
  };
}

function vectorOf(row: Row): Float32Array {
  const bytes = row["vector"];
  if (!(bytes instanceof Uint8Array)) return new Float32Array();
  const { buffer, byteOffset, byteLength } = bytes;
  const size = Float32Array.BYTES_PER_ELEMENT;
  // Nothing promises that SQLite's bytes begin at a multiple of four.
  return byteOffset % size === 0
    ? new Float32Array(buffer, byteOffset, byteLength / size)
    : new Float32Array(bytes.slice().buffer);
}
