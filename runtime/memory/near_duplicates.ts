/**
 * Whether an item says only what another one says already.
 *
 * To keep one item too many costs a line in a recall; to lose one costs a fact. So when in doubt the
 * answer is no. Two texts say the same if they are the same word for word; an ending, an accent or a
 * capital more makes another word. Where an embedding model sees no difference, they may also have
 * other words, but none more and none fewer, and never another number, sign, name or negation.
 *
 * @module
 */
import type { MemoryItem } from "./port.ts";
import { STOP_WORDS } from "./stop_words.ts";
import { inFull, normalText, stemOf, wordsOf } from "./terms.ts";

/** How alike two vectors of length 1 must be, as the cosine of the angle between them. */
export const COSINE_MIN = 0.97;

/** Letters by which two words may be one: "policy" is not "police", nor "works" "worked". */
const BEGINNING_CHARS = 3;

/** What turns a statement round, in the languages that a list can be had for without a dictionary. */
const NEGATIONS: ReadonlySet<string> = new Set(
  `not no never nor none nobody nothing without neither hardly barely scarcely
  nicht kein keine keinen keiner nie niemals ohne kaum niet geen nooit zonder
  inte ingen inga aldrig utan ikke aldri uden
  pas jamais rien sans aucun aucune
  nunca jamas nada sin ninguno ninguna
  non mai senza nao nem sem
  не нет ни никогда без nie bez
  不 没 沒 无 無 非 未 别`.split(/\s+/),
);

/** What orders, bounds, compares, or says when and whether: a vector hardly tells one of them from its opposite. */
const TURNS: ReadonlySet<string> = new Set(
  `before after above below over under up down on off left right in out from to
  more less most least first last always sometimes often seldom rarely only except until since
  former formerly previous previously ex almost nearly any all some every
  am is are was were be been has have had do does did
  can could may might must should shall will would`.split(/\s+/),
);

/** Money, arithmetic, comparison, pictures, the signs of paths and tags: "C#" is not "C++". */
const SIGNS = /[\p{Sc}\p{Sm}\p{ExtPict}#%\&*@\/\\?]/gv;

/** A word with a digit in it, with what sticks to it. */
const FIGURE = /[^\s,;()[\]"'!]*\p{N}[^\s,;()[\]"'!]*/gu;

/** The stop that ends a sentence, if what it ends is a word. */
const FINAL_STOP = /(?<=[\p{L}\p{M}\p{N}])[.。]$/u;

/** An item as it is compared. */
export interface Statement {
  readonly item: Pick<MemoryItem, "tenant" | "agent" | "kind" | "text">;
  /**
   * What stands between spaces, in order and as it is written, without "the". Of the first word the
   * first letter is small: that a sentence begins with it says nothing.
   */
  readonly words: readonly string[];
  /** Figures, signs, and words that turn a statement, each kind in order: what must be equal. */
  readonly guard: string;
  /** Those of the words that begin with a capital in the text. */
  readonly names: readonly string[];
  /** Of length 1; null where there is no embedding model. */
  readonly vector: Float32Array | null;
}

/** Reads an item for comparison. */
export function statementOf(item: Statement["item"], vector: Float32Array | null): Statement {
  const text = inFull(item.text.normalize("NFC")).trim();
  const { words, names } = readWords(text);
  const figures = text.match(FIGURE)?.map((figure) => figure.replace(/[.:]+$/, "")) ?? [];
  const turns = wordsOf(text).filter((word) => NEGATIONS.has(word) || TURNS.has(word));
  return {
    item,
    words,
    guard: JSON.stringify([figures, text.match(SIGNS) ?? [], turns]),
    names,
    vector,
  };
}

/** What two statements of the same words in the same order share. */
export function wordsKey({ words }: Statement): string {
  return JSON.stringify(words);
}

/**
 * Whether `next` says nothing that `known` does not say. Both are of one tenant, agent and kind, and
 * either they have the same words in the same order, or their vectors all but coincide.
 */
export function saysNothingNew(next: Statement, known: Statement): boolean {
  return next.item.tenant === known.item.tenant && next.item.agent === known.item.agent &&
    next.item.kind === known.item.kind &&
    (wordsKey(next) === wordsKey(known) || meansTheSame(next, known));
}

/** The cosine of the angle between two vectors of length 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function readWords(text: string): Pick<Statement, "words" | "names"> {
  const said = text.replace(FINAL_STOP, "").split(/\s+/);
  const [first = "", ...others] = said;
  const rest = others.filter((word) => word !== "the");
  // A text that is nothing but "The" is about that word.
  const spelled = /^the$/i.test(first) && rest.length > 0 ? rest : [first, ...rest];
  const words = spelled.map((word, i) => i === 0 ? withSmallInitial(word) : word);
  const names = words.filter((word, i) =>
    /^\P{L}*\p{Lu}/u.test(spelled[i]!) && !STOP_WORDS.has(normalText(word))
  );
  return { words, names };
}

function withSmallInitial(word: string): string {
  return word.replace(/^./u, (letter) => letter.toLowerCase());
}

/**
 * Whether the model sees no difference, and none is to be seen either: each has words that the other
 * has not, those in common stand in one order, names among them, and no two of the others begin
 * alike, as a word with two endings does.
 */
function meansTheSame(next: Statement, known: Statement): boolean {
  if (next.vector === null || known.vector === null) return false;
  if (next.vector.length !== known.vector.length || next.guard !== known.guard) return false;
  const [nextWords, knownWords] = [new Set(next.words), new Set(known.words)];
  if (!next.names.every((name) => knownWords.has(name))) return false;
  if (!known.names.every((name) => nextWords.has(name))) return false;
  const shared = next.words.filter((word) => knownWords.has(word));
  const sharedBack = known.words.filter((word) => nextWords.has(word));
  if (JSON.stringify(shared) !== JSON.stringify(sharedBack)) return false;
  const replaced = beginningsOf(nextWords.difference(knownWords));
  const replacing = beginningsOf(knownWords.difference(nextWords));
  if (replaced.size === 0 || replacing.size === 0) return false;
  if (!replaced.isDisjointFrom(replacing)) return false;
  return cosine(next.vector, known.vector) >= COSINE_MIN;
}

function beginningsOf(words: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...words].flatMap(wordsOf).map((word) => stemOf(word).slice(0, BEGINNING_CHARS)));
}
