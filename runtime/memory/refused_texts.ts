/**
 * Vectors of texts that an embedding model refuses: too long, most often, by its own way of counting.
 *
 * One such text must not stop what comes with it or after it. So of several texts each is asked for
 * alone; of one the vector is made of the vectors of its halves, and so on. What is refused down to the
 * last piece gets a vector that is like no other's, and is found by its words, provided that the model
 * answers at all.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A piece of this many UTF-16 units or fewer is not cut any more: no model has so little room. */
const PIECE_CHARS_MIN = 200;

/** A text that no model has a reason to refuse. */
const HARMLESS = "text";

/** How vectors are asked for. */
export interface Asking {
  /** One vector of length 1 for each text. Throws if the model refuses one of them, or fails. */
  readonly ask: (texts: readonly string[]) => Promise<readonly Float32Array[]>;
  /** Whether what was thrown says that a text was refused: to ask again for the same is of no use. */
  readonly isRefusal: (error: unknown) => boolean;
}

/**
 * One vector of length 1 for each text, whatever the model refuses.
 *
 * @throws what `ask` throws, if that is no refusal, or if the model refuses anything
 */
export async function embedPiecewise(
  texts: readonly string[],
  asking: Asking,
): Promise<readonly Float32Array[]> {
  try {
    return await asking.ask(texts);
  } catch (error) {
    if (!asking.isRefusal(error)) throw error;
    const [harmless] = await asking.ask([HARMLESS]);
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      const vector = await ofPieces(text, asking);
      vectors.push(vector ?? unlikeAny(text, harmless?.length ?? 0));
    }
    return vectors;
  }
}

/** Null if every piece was refused. */
async function ofPieces(text: string, asking: Asking): Promise<Float32Array | null> {
  try {
    const [vector] = await asking.ask([text]);
    return vector ?? null;
  } catch (error) {
    if (!asking.isRefusal(error)) throw error;
    if (text.length <= PIECE_CHARS_MIN) return null;
    const middle = Math.ceil(text.length / 2);
    const halves = [text.slice(0, middle), text.slice(middle)].map((half) => half.toWellFormed());
    const [first, second] = [
      await ofPieces(halves[0]!, asking),
      await ofPieces(halves[1]!, asking),
    ];
    if (first === null || second === null) return first ?? second;
    return ofLengthOne(first.map((value, i) => value + second[i]!));
  }
}

/** Always the same for a text, and at right angles to nearly every other vector. */
function unlikeAny(text: string, dimensions: number): Float32Array {
  // 32 bytes for each block of so many values.
  const blocks = Array.from(
    { length: Math.ceil(dimensions / 32) },
    (_, n) => createHash("sha256").update(JSON.stringify([n, text])).digest(),
  );
  const bytes = blocks.flatMap((block) => [...block]).slice(0, dimensions);
  return ofLengthOne(Float32Array.from(bytes, (byte) => byte - 127.5));
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}
