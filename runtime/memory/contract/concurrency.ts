/**
 * Clauses on several who write at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { ACME, type Clauses, idsOf, item, recalled, textOf } from "./subject.ts";

/** A model that answers when it is let. */
class GatedEmbedder extends MeaningEmbedder {
  gate: Promise<void> = Promise.resolve();

  override async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    await this.gate;
    return await super.embed(texts);
  }
}

/** On concurrency. */
export const CONCURRENCY_CLAUSES: Clauses = {
  "What was given up before it was stored stays out": async (subject) => {
    const model = new GatedEmbedder();
    await subject.reopen(model);
    const { memory } = subject;
    await memory.remember([item("m0", textOf(0))]);
    const { promise, resolve: open } = Promise.withResolvers<void>();
    model.gate = promise;
    const given_up = { code: "memory_unavailable", message: /not asked any more/ };
    const caller = new AbortController();
    const refused = [
      assert.rejects(memory.remember([item("m1", textOf(1))], caller.signal), given_up),
      assert.rejects(
        memory.recall({ text: "zebras", filter: ACME, k: 1 }, caller.signal),
        given_up,
      ),
    ];
    caller.abort();
    assert.equal(await memory.forget(ACME), 1);
    open();
    await Promise.all(refused);
    await assert.rejects(memory.remember([item("m2", textOf(2))], caller.signal), given_up);
    const other = new AbortController();
    await memory.remember([item("m3", textOf(3))], other.signal);
    assert.deepEqual(await idsOf(memory), ["m3"]);
    const query = { text: textOf(3), filter: ACME, k: 1 };
    assert.equal((await memory.recall(query, other.signal))[0]?.item.id, "m3");
  },

  "Writers at once, who repeat each other's items, leave each item once": async ({ memory }) => {
    const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
    const batches = Array.from(
      { length: 20 },
      (_, writer) =>
        ids.filter((_, n) => (n + writer) % 3 !== 0).map((id) =>
          item(id, textOf(Number(id.slice(1))))
        ),
    );
    await Promise.all(batches.map((batch) => memory.remember(batch)));
    assert.deepEqual(await idsOf(memory), ids.toSorted());
    assert.equal((await memory.stats("acme")).items, ids.length);
    for (const mode of ["lexical", "hybrid"] as const) {
      const found = await recalled(memory, "d7x", { mode });
      assert.equal(found.filter((id) => id === "m7").length, 1);
      assert.equal(found[0], "m7");
    }
  },

  "Recall goes on while others write and forget, and never gives what is forgotten": async ({
    memory,
  }) => {
    await memory.remember(Array.from({ length: 50 }, (_, n) => item(`old${n}`, textOf(n))));
    const write = async () => {
      for (let n = 50; n < 80; n += 5) {
        const batch = Array.from({ length: 5 }, (_, i) => item(`new${n + i}`, textOf(n + i)));
        await memory.remember(batch);
      }
    };
    const forget = async () => {
      for (let n = 0; n < 50; n += 10) {
        const ids = Array.from({ length: 10 }, (_, i) => `old${n + i}`);
        assert.equal(await memory.forget({ ...ACME, ids }), 10);
        const found = await recalled(memory, "Zebras graze, bakers knead", { k: 1000 });
        assert.deepEqual(found.filter((id) => ids.includes(id)), []);
      }
    };
    await Promise.all([write(), forget()]);
    const left = Array.from({ length: 30 }, (_, n) => `new${50 + n}`);
    assert.deepEqual(await idsOf(memory), left);
  },
};
