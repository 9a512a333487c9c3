/**
 * Clauses on several who write at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ACME, type Clauses, idsOf, item, recalled, textOf } from "./subject.ts";

/** On concurrency. */
export const CONCURRENCY_CLAUSES: Clauses = {
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
