/**
 * Clauses on forgetting.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MemoryFilter } from "../port.ts";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { ACME, type Clauses, idsOf, item, recalled, textOf } from "./subject.ts";

const ITEMS = [
  item("m1", "Parcel one", { at: 1000 }),
  item("m2", "Parcel two", { at: 2000, session: "ses_2" }),
  item("m3", "Parcel three", { at: 3000, agent: "clerk" }),
  item("m4", "Parcel four", { at: 4000, kind: "episode" }),
  item("m5", "Parcel five", { at: 5000, session: "ses_2", agent: "clerk" }),
];

/** Ways to forget, and what is left. */
const WAYS: readonly (readonly [string, Omit<MemoryFilter, "tenant">, readonly string[]])[] = [
  ["an id", { ids: ["m3", "m_unknown"] }, ["m1", "m2", "m4", "m5"]],
  ["a session", { session: "ses_2" }, ["m1", "m3", "m4"]],
  ["age", { before: 3000 }, ["m3", "m4", "m5"]],
  ["an agent", { agent: "clerk" }, ["m1", "m2", "m4"]],
  ["kinds", { kinds: ["episode", "preference"] }, ["m1", "m2", "m3", "m5"]],
  ["several fields", { session: "ses_2", agent: "clerk" }, ["m1", "m2", "m3", "m4"]],
  ["a tenant", {}, []],
];

const forgetClauses = Object.fromEntries(
  WAYS.map(([way, filter, left]): [string, Clauses[string]] => [
    `forget() by ${way} leaves the rest, and no trace in recall, list and stats`,
    async (subject) => {
      const { dense } = await subject.memory.stats("acme");
      await subject.memory.remember([...ITEMS, item("m1", "Parcel one", { tenant: "globex" })]);
      const count = await subject.memory.forget({ ...ACME, ...filter });
      assert.equal(count, ITEMS.length - left.length);
      for (let round = 0; round < 2; round++) {
        const { memory } = subject;
        assert.deepEqual(await idsOf(memory), left);
        for (const mode of ["lexical", "dense", "hybrid"] as const) {
          assert.deepEqual((await recalled(memory, "parcel", { mode })).sort(), left);
        }
        assert.equal((await memory.stats("acme")).items, left.length);
        assert.equal((await memory.stats("globex")).items, 1);
        assert.equal(await memory.forget({ ...ACME, ...filter }), 0);
        await subject.reopen(dense ? new MeaningEmbedder() : null);
      }
    },
  ]),
);

/** On forgetting. */
export const FORGET_CLAUSES: Clauses = {
  ...forgetClauses,

  "An item can be remembered again after it was forgotten": async ({ memory }) => {
    await memory.remember(ITEMS);
    await memory.forget({ ...ACME, ids: ["m1"] });
    const [outcome] = await memory.remember([item("m1", "Parcel one")]);
    assert.equal(outcome?.outcome, "stored");
    assert.ok((await recalled(memory, "parcel one")).includes("m1"));
  },

  "forget() takes many at once": async ({ memory }) => {
    await memory.remember(Array.from({ length: 300 }, (_, n) => item(`m${n}`, textOf(n))));
    assert.equal(await memory.forget(ACME), 300);
    assert.deepEqual(await idsOf(memory), []);
    assert.equal((await memory.stats("acme")).items, 0);
  },
};
