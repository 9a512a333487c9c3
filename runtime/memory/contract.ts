/**
 * Test support: what every memory does, whatever it is kept in. Each adapter's tests run it.
 *
 * A clause is a sentence. Most must hold with and without an embedding model, and run both ways.
 *
 * @module
 */
import { CONCURRENCY_CLAUSES } from "./contract/concurrency.ts";
import { FILTER_CLAUSES } from "./contract/filters.ts";
import { FORGET_CLAUSES } from "./contract/forgetting.ts";
import { HOSTILE_CLAUSES } from "./contract/hostile_values.ts";
import { LIST_CLAUSES } from "./contract/lists.ts";
import { MODEL_CLAUSES } from "./contract/embedding_models.ts";
import { MeaningEmbedder } from "./contract/meaning_embedder.ts";
import { MERGE_CLAUSES } from "./contract/merging.ts";
import { REBUILD_CLAUSES } from "./contract/rebuilding.ts";
import { RECALL_CLAUSES } from "./contract/recall.ts";
import { REMEMBER_CLAUSES } from "./contract/remembering.ts";
import { testSequences } from "./contract/sequences.ts";
import type { Clauses, OpenSubject } from "./contract/subject.ts";
import { TENANT_CLAUSES } from "./contract/tenants.ts";

const SUITE: readonly Clauses[] = [
  REMEMBER_CLAUSES,
  MERGE_CLAUSES,
  RECALL_CLAUSES,
  FILTER_CLAUSES,
  FORGET_CLAUSES,
  LIST_CLAUSES,
  TENANT_CLAUSES,
  HOSTILE_CLAUSES,
  REBUILD_CLAUSES,
  MODEL_CLAUSES,
  CONCURRENCY_CLAUSES,
];

/** The two ways to run a clause. */
const WAYS = { "with vectors": true, "without vectors": false } as const;

/**
 * Registers the suite for one adapter.
 *
 * @param name the adapter's, with which the tests' names begin
 * @param open opens a new, empty index
 */
export function testMemory(name: string, open: OpenSubject): void {
  for (const [sentence, clause] of SUITE.flatMap((clauses) => Object.entries(clauses))) {
    const { only, holds } = typeof clause === "function" ? { holds: clause } : clause;
    for (const [way, vectors] of Object.entries(WAYS)) {
      if (only !== undefined && only !== way) continue;
      Deno.test(`${name}, ${way}: ${sentence}`, async () => {
        await using subject = await open(vectors ? new MeaningEmbedder() : null);
        await holds(subject);
      });
    }
  }
  testSequences(name, open);
}
