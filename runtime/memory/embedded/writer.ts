/**
 * Items into spaces and out of them, whole: row, terms and vector.
 *
 * @module
 */
import type { Connection } from "../../sqlite/connection.ts";
import { saysNothingNew, type Statement, statementOf, wordsKey } from "../near_duplicates.ts";
import type { MemoryItem, RememberOutcome } from "../port.ts";
import { termId } from "../terms.ts";
import type { ItemRows, StoredItem } from "./item_rows.ts";
import type { Space, Spaces } from "./spaces.ts";
import type { TermIndex } from "./term_index.ts";
import type { Vectors } from "./vectors.ts";

/** How many items that may say the same are looked at. */
const CANDIDATES_MAX = 16;

/** An item with its vector, if there is an embedding model. */
export interface Prepared {
  readonly item: MemoryItem;
  readonly vector: Float32Array | null;
}

/** What the index is made of. */
export interface Parts {
  readonly db: Connection;
  readonly spaces: Spaces;
  readonly items: ItemRows;
  readonly terms: TermIndex;
  readonly vectors: Vectors;
}

/** Stores items in a space, in one transaction. */
export function storeAll(
  parts: Parts,
  into: Space,
  prepared: readonly Prepared[],
): RememberOutcome[] {
  return inSpace(parts, into, () => {
    const space = parts.spaces.adopt(into);
    return prepared.map((one) => store(parts, space, one));
  });
}

/** Removes items from a space, in one transaction. */
export function removeAll(parts: Parts, space: Space, keys: readonly number[]): void {
  inSpace(parts, space, () => {
    // On a full disk the pages of these are what the removal of the terms is written to.
    for (const key of keys) {
      parts.items.remove(key);
      parts.vectors.remove(space, key);
    }
    for (const key of keys) parts.terms.remove(space, key);
  });
}

/** A transaction on one space. If it fails, the table in memory is not what is on disk any more. */
function inSpace<Result>({ db, vectors }: Parts, space: Space, work: () => Result): Result {
  try {
    return db.transaction(work);
  } catch (error) {
    vectors.drop(space);
    throw error;
  }
}

function store(parts: Parts, space: Space, { item, vector }: Prepared): RememberOutcome {
  const { items, terms, vectors } = parts;
  const same = items.byId(space, item.id);
  if (same !== null) {
    renew(parts, space, same, item.at);
    return { id: item.id, outcome: "known", into: item.id };
  }
  const statement = statementOf(item, vector);
  const words = hashOf(statement);
  const known = findKnown(parts, space, statement, words);
  if (known !== null) {
    renew(parts, space, known, item.at);
    return { id: item.id, outcome: "merged", into: known.item.id };
  }
  const key = items.insert(space, item, words);
  terms.add(space, key, item.text);
  if (vector !== null) vectors.add(space, { ...item, key }, vector);
  return { id: item.id, outcome: "stored", into: item.id };
}

/** Makes an item as new as what says the same, never older. */
function renew({ items, vectors }: Parts, space: Space, known: StoredItem, at: number): void {
  if (at <= known.item.at) return;
  items.touch(known.key, at);
  vectors.touch(space, known.key, at);
}

function hashOf(statement: Statement): number {
  const { agent, kind } = statement.item;
  return termId(JSON.stringify([agent, kind, wordsKey(statement)]));
}

/** An item that says all that this one says. The cheap look comes first. */
function findKnown(
  { items, vectors }: Parts,
  space: Space,
  next: Statement,
  words: number,
): StoredItem | null {
  const { vector } = next;
  const table = vector === null ? null : vectors.table(space);
  const looks: (() => number[])[] = [() => items.keysByWords(space, words, CANDIDATES_MAX)];
  if (table !== null && vector !== null) {
    looks.push(() => table.alike(vector, next.item).slice(0, CANDIDATES_MAX));
  }
  for (const look of looks) {
    const keys = look();
    if (keys.length === 0) continue;
    const known = items.byKeys(space, keys).find(({ key, item }) =>
      saysNothingNew(next, statementOf(item, table?.vector(key) ?? null))
    );
    if (known !== undefined) return known;
  }
  return null;
}
