/**
 * What an embeddings API answers, read with distrust: other people's servers speak it too.
 *
 * @module
 */
import { z } from "zod";
import { ModelError } from "../llm/port.ts";

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()) })),
});

/** What was asked for. */
export interface AskedEmbeddings {
  readonly model: string;
  readonly dimensions: number;
  /** Of how many texts. */
  readonly count: number;
}

/**
 * The vectors in the order of the texts, each brought to length 1.
 *
 * @throws {ModelError} of kind `malformed` for what is no such answer, `configuration` for vectors of
 * another length than is configured
 */
export function readEmbeddings(answer: unknown, asked: AskedEmbeddings): Float32Array[] {
  const { model, dimensions, count } = asked;
  const read = answerSchema.safeParse(answer);
  if (!read.success) throw malformed(model, read.error.issues[0]?.message ?? "unreadable");
  const byIndex = new Map(read.data.data.map(({ index, embedding }) => [index, embedding]));
  if (read.data.data.length !== count || byIndex.size !== count) {
    throw malformed(model, `${read.data.data.length} vectors, wanted ${count}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const values = byIndex.get(i);
    if (values === undefined) throw malformed(model, `no vector of text ${i}`);
    if (values.length !== dimensions) throw otherLength(asked, values.length);
    const vector = unitVector(values);
    if (vector === null) throw malformed(model, `a vector without direction for text ${i}`);
    return vector;
  });
}

/** A vector of that direction and of length 1; null if it has no direction. */
function unitVector(values: readonly number[]): Float32Array | null {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return null;
  return Float32Array.from(values, (value) => value / length);
}

function malformed(model: string, found: string): ModelError {
  return new ModelError(`Embedding model ${model} answered ${found}`, {
    kind: "malformed",
    retryable: true,
  });
}

function otherLength({ model, dimensions }: AskedEmbeddings, found: number): ModelError {
  return new ModelError(
    `Embedding model ${model} makes vectors of ${found} dimensions, configured are ${dimensions}`,
    { kind: "configuration", retryable: false },
  );
}
