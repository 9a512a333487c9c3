/**
 * Words and terms of a text: the same for every index and for its queries, or they would not meet.
 *
 * A word is a run of letters and digits in lower case, in one form of Unicode, without accents. Scripts
 * that put no space between words are taken by character. A term is what is searched for: the stem of
 * a word (Porter's second English stemmer; other languages' words it mostly leaves alone), unless it
 * is a stop word; of scripts without spaces, each character and each pair of neighbours.
 *
 * @module
 */
import porter2 from "wink-porter2-stemmer";
import { STOP_WORDS } from "./stop_words.ts";

const stem: (word: string) => string = porter2;

/** How fast a further occurrence of a term ceases to count (Robertson and Zaragoza, 2009). */
const K1 = 1.2;

/** How much a long text has to say a term more often than a short one. */
const B = 0.75;

/**
 * The length of text that is neither long nor short, in terms. What agents remember is a sentence or
 * two; a constant keeps a text's weights the same whatever else is in the index.
 */
const USUAL_TERMS = 12;

/** Scripts whose words are not set apart. */
const UNSPACED = String
  .raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー々]`;

/**
 * In order: unspaced runs; words and numbers, in which a point or a colon between digits is part of
 * the number; flags; other pictures.
 */
const PIECE = new RegExp(
  String.raw`(?<run>${UNSPACED}[${UNSPACED}\p{M}]*)` +
    String
      .raw`|[[\p{L}\p{N}]--${UNSPACED}](?:[[\p{L}\p{M}\p{N}]--${UNSPACED}]|(?<=\p{N})[.:](?=\p{N}))*` +
    String.raw`|\p{RI}\p{RI}|\p{ExtPict}`,
  "gv",
);

/** A text in one form: compatible characters made one, lower case, Latin and Greek without accents. */
export function normalText(text: string): string {
  const plain = text.normalize("NFKC").toLowerCase()
    .normalize("NFD").replace(/(?<=[\p{sc=Latin}\p{sc=Greek}])\p{M}+/gu, "").normalize("NFC");
  return inFull(plain).replace(/(?<=\d),(?=\d{3}\b)/g, "");
}

/** A text with its shortened negations in full, and one kind of apostrophe: "can't" is "can not". */
export function inFull(text: string): string {
  return text.replace(/[’ʼ]/g, "'")
    .replace(/\b(c)an(?:not|'t)\b/gi, "$1an not").replace(/\b(w)on't\b/gi, "$1ill not")
    .replace(/n't\b/g, " not");
}

/** The words of a text in order; of scripts without spaces, the characters. */
export function wordsOf(text: string): string[] {
  return pieces(text).flatMap(({ text, run }) => run ? [...text] : [text]);
}

/** A word without its ending, if it is one of the English alphabet. */
export function stemOf(word: string): string {
  return /^[a-z]{3,}$/.test(word) ? stem(word) : word;
}

/** The terms of a text in order, each as often as it occurs. */
export function termsOf(text: string): string[] {
  return pieces(text).flatMap(({ text, run }) => {
    if (run) return neighbours([...text]);
    return STOP_WORDS.has(text) ? [] : [stemOf(text)];
  });
}

/** A text as a sparse vector: {@link termId} and weight of each of its terms. */
export interface SparseVector {
  /** Ascending. */
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/**
 * The sparse vector of a text that is remembered: how often each term occurs, saturated and set against
 * the text's length as in BM25. How rare a term is, is the index's part.
 */
export function documentVector(text: string): SparseVector {
  const terms = termsOf(text);
  const norm = K1 * (1 - B + B * terms.length / USUAL_TERMS);
  return sparse(terms, (count) => count * (K1 + 1) / (count + norm));
}

/** The sparse vector of a question: each term counts once. */
export function queryVector(text: string): SparseVector {
  return sparse(termsOf(text), () => 1);
}

/** A term's stable number, from 0 to 2^32 - 1: FNV-1a over its UTF-16 units, with a final mix. */
export function termId(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    const unit = term.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

interface Piece {
  readonly text: string;
  /** Whether it is a run of a script without spaces. */
  readonly run: boolean;
}

function pieces(text: string): Piece[] {
  return Array.from(normalText(text).matchAll(PIECE), (match) => ({
    text: match[0],
    run: match.groups?.["run"] !== undefined,
  }));
}

/** Each character, and each pair of neighbours. */
function neighbours(characters: readonly string[]): string[] {
  return characters.flatMap((character, i) =>
    i === 0 ? [character] : [`${characters[i - 1]}${character}`, character]
  );
}

/** Two terms of one number, which is rare, count as one. */
function sparse(terms: readonly string[], weigh: (count: number) => number): SparseVector {
  const counts = new Map<number, number>();
  for (const term of terms) {
    const id = termId(term);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const entries = [...counts].sort(([a], [b]) => a - b);
  return {
    indices: entries.map(([id]) => id),
    values: entries.map(([, count]) => weigh(count)),
  };
}
