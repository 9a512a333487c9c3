/**
 * Test support: an embedding model whose meanings are written down. Words of one line mean the same;
 * any other word means only itself.
 *
 * @module
 */
import { SynapseError } from "../../errors.ts";
import type { Embedder } from "../port.ts";
import { stemOf, termId, wordsOf } from "../terms.ts";

const MEANINGS: readonly (readonly string[])[] = [
  ["car", "automobile", "vehicle", "drives"],
  ["physician", "doctor", "medic"],
  ["purchase", "buys", "shopping"],
  ["happy", "glad", "cheerful"],
  ["begin", "starts", "commences"],
];

/** Meanings by the stems of their words. */
const AXES: ReadonlyMap<string, number> = new Map(
  MEANINGS.flatMap((words, axis) => words.map((word) => [stemOf(word), axis] as const)),
);

/** A deterministic model. */
export class MeaningEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  /** While set, every call fails with this reason. */
  away: string | null = null;
  /** How many texts were embedded so far. */
  embedded = 0;

  constructor({ model = "meanings", dimensions = 64 } = {}) {
    this.model = model;
    this.dimensions = dimensions;
  }

  embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (this.away !== null) {
      return Promise.reject(new SynapseError("memory_unavailable", this.away));
    }
    this.embedded += texts.length;
    return Promise.resolve(texts.map((text) => this.#vector(text)));
  }

  #vector(text: string): Float32Array {
    const vector = new Float32Array(this.dimensions);
    for (const word of wordsOf(text)) {
      const stem = stemOf(word);
      const axis = AXES.get(stem) ??
        MEANINGS.length + termId(stem) % (this.dimensions - MEANINGS.length);
      vector[axis] = (vector[axis] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    if (length === 0) vector[this.dimensions - 1] = 1;
    return length === 0 ? vector : vector.map((value) => value / length);
  }
}
