/**
 * What the clauses work on: an open index, and items to put into it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Embedder, Memory, MemoryFilter, MemoryItem, RecallQuery } from "../port.ts";

/** An open index under test. */
export interface Subject extends AsyncDisposable {
  /** The index as it is open now. */
  readonly memory: Memory;
  /** Closes the index and opens the same store again, with this embedding model or none. */
  reopen(embedder: Embedder | null): Promise<void>;
}

/** Opens a new, empty index. */
export type OpenSubject = (embedder: Embedder | null) => Promise<Subject>;

/** What must hold. */
type Clause = (subject: Subject) => Promise<void>;

/** Clauses by their sentences; `only`: in which of the two ways it makes sense. */
export type Clauses = Readonly<
  Record<
    string,
    Clause | { readonly only: "with vectors" | "without vectors"; readonly holds: Clause }
  >
>;

/** The tenant of everything that a clause does not put elsewhere. */
export const ACME: MemoryFilter = { tenant: "acme" };

/** A time that is like any other. */
export const NOON = 1_700_000_000_000;

/** An item with nothing special about it. */
export function item(id: string, text: string, more: Partial<MemoryItem> = {}): MemoryItem {
  return {
    id,
    tenant: "acme",
    agent: "bot",
    session: "ses_1",
    kind: "fact",
    text,
    at: NOON,
    ...more,
  };
}

/** Texts that say different things and share no words. */
const SUBJECTS: readonly string[] = [
  "Zebras graze",
  "Volcanoes erupt",
  "Poets rhyme",
  "Glaciers melt",
  "Pianists rehearse",
  "Bakers knead",
  "Sailors navigate",
  "Judges deliberate",
];

/** The text with that number; no two say the same, as each number has a word of its own. */
export function textOf(n: number): string {
  return `${SUBJECTS[n % SUBJECTS.length]} on day d${n}x`;
}

/** The ids of what is recalled, best first. */
export async function recalled(
  memory: Memory,
  text: string,
  more: Partial<RecallQuery> = {},
): Promise<string[]> {
  const found = await memory.recall({ text, filter: ACME, k: 100, ...more });
  const scores = found.map(({ score }) => score);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
  return found.map(({ item }) => item.id);
}

/** All items that meet a filter, read by pages of that size. */
export async function listed(
  memory: Memory,
  filter: MemoryFilter = ACME,
  limit = 100,
): Promise<MemoryItem[]> {
  const items: MemoryItem[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Memory["list"]>> = await memory.list(filter, { cursor, limit });
    assert.ok(page.items.length <= limit, `Page has ${page.items.length} items, wanted ${limit}`);
    if (page.next !== null) assert.equal(page.items.length, limit);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** The ids of all items that meet a filter, sorted. */
export async function idsOf(memory: Memory, filter: MemoryFilter = ACME): Promise<string[]> {
  return (await listed(memory, filter)).map(({ id }) => id).sort();
}
