/**
 * A stand-in for an embedding model, for measurements where none can be reached. It knows no language:
 * a text's vector is the sum of its character n-grams' hashes, so that texts are near each other if
 * they are spelled alike, not if they mean alike. What it finds, a trained model finds as well; the
 * reverse does not hold.
 *
 * @module
 */
import type { Embedder } from "../runtime/memory/port.ts";
import { termId, termsOf } from "../runtime/memory/terms.ts";

/** Lengths of the n-grams, in characters. */
const LENGTHS = [3, 4, 5] as const;

/** Makes the stand-in. */
export function hashedEmbedder(dimensions: number): Embedder {
  return {
    model: "hashed n-grams",
    dimensions,
    embed: (texts) => Promise.resolve(texts.map((text) => vectorOf(text, dimensions))),
  };
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const term of termsOf(text)) {
    const padded = `<${term}>`;
    for (const length of LENGTHS) {
      for (let i = 0; i + length <= padded.length; i++) {
        const hash = termId(padded.slice(i, i + length));
        const axis = hash % dimensions;
        vector[axis] = vector[axis]! + (hash & 0x8000_0000 ? 1 : -1);
      }
    }
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}
