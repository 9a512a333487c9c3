/**
 * Clauses on the embedding model: what its absence, its change and its failure do.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Embedder } from "../port.ts";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { ACME, type Clauses, idsOf, item, recalled, type Subject, textOf } from "./subject.ts";

const REINDEX = { code: "memory_unavailable", message: /`synapse memory reindex`/ };

async function refusesUntilRebuilt(subject: Subject, embedder: Embedder | null): Promise<void> {
  const items = [item("m1", "Anna has an automobile"), item("m2", textOf(2))];
  await subject.memory.remember(items);
  await subject.reopen(embedder);
  const { memory } = subject;
  await assert.rejects(memory.check(), REINDEX);
  await assert.rejects(memory.recall({ text: "Anna", filter: ACME, k: 1 }), REINDEX);
  await assert.rejects(memory.remember([item("m3", textOf(3))]), REINDEX);
  assert.deepEqual(await idsOf(memory), ["m1", "m2"]);

  await using rebuild = await memory.rebuild(null);
  await rebuild.add(items);
  await rebuild.finish();
  await memory.check();
  assert.equal((await recalled(memory, "vehicle", { mode: "dense" }))[0], "m1");
  await memory.remember([item("m3", textOf(3))]);
  assert.deepEqual(await idsOf(memory), ["m1", "m2", "m3"]);
}

/** On the embedding model. */
export const MODEL_CLAUSES: Clauses = {
  "An index of vectors of another size says what to do, and is well after that": {
    only: "with vectors",
    holds: (subject) => refusesUntilRebuilt(subject, new MeaningEmbedder({ dimensions: 48 })),
  },

  "An index that was built without vectors says what to do when a model comes": {
    only: "without vectors",
    holds: (subject) => refusesUntilRebuilt(subject, new MeaningEmbedder()),
  },

  "An empty index takes any model": async (subject) => {
    await subject.reopen(new MeaningEmbedder({ dimensions: 48 }));
    await subject.memory.check();
    await subject.memory.remember([item("m1", "Anna has an automobile")]);
    assert.deepEqual(await recalled(subject.memory, "vehicle", { mode: "dense" }), ["m1"]);
  },

  "A model that cannot be reached fails what needs it, and nothing else": async (subject) => {
    const model = new MeaningEmbedder();
    await subject.reopen(model);
    const { memory } = subject;
    await memory.remember([item("m1", "Anna has an automobile")]);
    model.away = "Embedding model is away";
    const unavailable = { code: "memory_unavailable", message: /Embedding model is away/ };
    await assert.rejects(memory.remember([item("m2", textOf(2))]), unavailable);
    await assert.rejects(memory.recall({ text: "vehicle", filter: ACME, k: 1 }), unavailable);
    assert.deepEqual(await recalled(memory, "automobile", { mode: "lexical" }), ["m1"]);
    assert.deepEqual(await idsOf(memory), ["m1"]);
    assert.equal((await memory.stats("acme")).items, 1);
    model.away = null;
    const [outcome] = await memory.remember([item("m2", textOf(2))]);
    assert.equal(outcome?.outcome, "stored");
  },
};
