/**
 * Whether an item says only what another one says already.
 *
 * To keep one item too many costs a line in a recall; to lose one costs a fact. So when in doubt the
 * answer is no. In particular an item with another number, another sign, another name, or one
 * negation more or less is never the same, nor is one whose words stand in another order.
 *
 * @module
 */
import type { MemoryItem } from "./port.ts";
import { STOP_WORDS } from "./stop_words.ts";
import { normalText, stemOf, wordsOf } from "./terms.ts";

/** How much of the words of the longer text the shorter one must have. */
const WORDS_SHARE_MIN = 0.9;

/** How alike two vectors of length 1 must be, as the cosine of the angle between them. */
export const COSINE_MIN = 0.97;

/** Words at the head and at the tail of a text by which it is found: see {@link edgeKeys}. */
const EDGE_WORDS = 4;

/** Words that add nothing to a statement. Even "is" and "was" differ. */
const ARTICLES: ReadonlySet<string> = new Set(["a", "an", "the"]);

/** What turns a statement round, in the languages that a list can be had for without a dictionary. */
const NEGATIONS: ReadonlySet<string> = new Set(
  `not no never nor none nobody nothing without neither
  nicht kein keine keinen keiner nie niemals ohne
  pas jamais rien sans aucun
  nunca jamas nada sin ninguno
  non mai senza nao nem sem
  不 没 沒 无 無 非 未 别`.split(/\s+/),
);

/** What orders, bounds or compares: a vector hardly tells one of them from its opposite. */
const TURNS: ReadonlySet<string> = new Set(
  `before after above below over under up down on off left right
  more less most least first last always sometimes only except until since`.split(/\s+/),
);

/** Money, arithmetic, comparison, pictures, the signs of paths and tags: "C#" is not "C++". */
const SIGNS = /[\p{Sc}\p{Sm}\p{ExtPict}#%\&*@\/\\?]/gv;

/** A word with a digit in it, with what sticks to it. */
const FIGURE = /[^\s,;()[\]"'!]*\p{N}[^\s,;()[\]"'!]*/gu;

/** An item as it is compared. */
export interface Statement {
  readonly item: Pick<MemoryItem, "tenant" | "agent" | "kind" | "text">;
  /** Stems in order, without articles. */
  readonly words: readonly string[];
  /** Figures, signs, and words that turn a statement, each kind in order: what must be equal. */
  readonly guard: string;
  /** Stems of the words that begin with a capital. */
  readonly names: ReadonlySet<string>;
  /** Of length 1; null where there is no embedding model. */
  readonly vector: Float32Array | null;
}

/** Reads an item for comparison. */
export function statementOf(item: Statement["item"], vector: Float32Array | null): Statement {
  const plain = normalText(item.text);
  const words = wordsOf(item.text).filter((word) => !ARTICLES.has(word));
  const figures = plain.match(FIGURE)?.map((figure) => figure.replace(/[.:]+$/, "")) ?? [];
  const turns = words.filter((word) => NEGATIONS.has(word) || TURNS.has(word));
  return {
    item,
    words: words.map(stemOf),
    guard: JSON.stringify([figures, plain.match(SIGNS) ?? [], turns]),
    names: namesIn(item.text),
    vector,
  };
}

/** What two statements of the same words in the same order share; such are the usual duplicates. */
export function wordsKey({ words, guard }: Statement): string {
  return JSON.stringify([words, guard]);
}

/** Where to look for a statement that says all that another one says. */
export interface Edges {
  readonly head: string;
  readonly tail: string;
}

/**
 * What a statement shares, at one end at least, with one that has a word more: whichever word that is,
 * it cannot be at both ends. Null for a statement that is too short to lack one.
 */
export function edgeKeys({ words }: Statement): Edges | null {
  if (longestContaining(words.length) === words.length) return null;
  return {
    head: JSON.stringify(words.slice(0, EDGE_WORDS)),
    tail: JSON.stringify(words.slice(-EDGE_WORDS)),
  };
}

/** How many words a statement has at most that says no more than one with this many. */
export function longestContaining(words: number): number {
  return Math.floor(words / WORDS_SHARE_MIN);
}

/**
 * Whether `next` says nothing that `known` does not say. Both are of one tenant, agent and kind, and
 * either their normal texts are equal, or `known` has all words of `next` in that order and hardly
 * more, or their vectors all but coincide.
 */
export function saysNothingNew(next: Statement, known: Statement): boolean {
  if (
    next.item.tenant !== known.item.tenant || next.item.agent !== known.item.agent ||
    next.item.kind !== known.item.kind
  ) return false;
  if (spaced(next.item.text) === spaced(known.item.text)) return true;
  if (next.guard !== known.guard) return false;
  return isContained(next.words, known.words) || meansTheSame(next, known);
}

/** The cosine of the angle between two vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function spaced(text: string): string {
  return normalText(text).replace(/\s+/g, " ").trim();
}

function isContained(next: readonly string[], known: readonly string[]): boolean {
  if (next.length === 0 || known.length > longestContaining(next.length)) return false;
  let met = 0;
  for (const word of known) if (word === next[met]) met++;
  return met === next.length;
}

function meansTheSame(next: Statement, known: Statement): boolean {
  if (next.vector === null || known.vector === null) return false;
  if (next.vector.length !== known.vector.length) return false;
  const [nextWords, knownWords] = [new Set(next.words), new Set(known.words)];
  if (!next.names.isSubsetOf(knownWords) || !known.names.isSubsetOf(nextWords)) return false;
  const shared = next.words.filter((word) => knownWords.has(word));
  const sharedBack = known.words.filter((word) => nextWords.has(word));
  if (shared.join("\n") !== sharedBack.join("\n")) return false;
  return cosine(next.vector, known.vector) >= COSINE_MIN;
}

function namesIn(text: string): ReadonlySet<string> {
  const capitals = text.match(/\p{Lu}[\p{L}\p{M}\p{N}]*/gu) ?? [];
  return new Set(capitals.flatMap(wordsOf).filter((word) => !STOP_WORDS.has(word)).map(stemOf));
}
