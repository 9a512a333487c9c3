/**
 * Clauses on remembering.
 *
 * @module
 */
import assert from "node:assert/strict";
import { MEMORY_KINDS } from "../port.ts";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { ACME, type Clauses, idsOf, item, listed, recalled, textOf } from "./subject.ts";

/** On remembering. */
export const REMEMBER_CLAUSES: Clauses = {
  "remember() stores items, which are found at once and whole": async ({ memory }) => {
    const items = MEMORY_KINDS.map((kind, i) =>
      item(`m${i}`, textOf(i), { kind, agent: `bot${i}`, session: `ses_${i}`, at: 1000 + i })
    );
    const outcomes = await memory.remember(items);
    assert.deepEqual(outcomes, items.map(({ id }) => ({ id, outcome: "stored", into: id })));
    for (const wanted of items) {
      const [best] = await memory.recall({ text: wanted.text, filter: ACME, k: 1 });
      assert.deepEqual(best?.item, wanted);
    }
    assert.deepEqual(await listed(memory), items.toReversed());
  },

  "remember() of nothing does nothing": async ({ memory }) => {
    assert.deepEqual(await memory.remember([]), []);
    assert.equal((await memory.stats("acme")).items, 0);
  },

  "remember() of an item that is there makes it no older, whatever else it says now": async ({
    memory,
  }) => {
    const first = item("m1", textOf(1));
    await memory.remember([first]);
    const at = first.at + 2;
    const again = [
      first,
      item("m1", textOf(2), { kind: "episode", at }),
      { ...first, at: at - 1 },
    ];
    for (const repeated of again) {
      assert.deepEqual(await memory.remember([repeated]), [
        { id: "m1", outcome: "known", into: "m1" },
      ]);
    }
    assert.deepEqual(await listed(memory), [{ ...first, at }]);
    const [found] = await memory.recall({ text: first.text, filter: ACME, k: 1 });
    assert.equal(found?.item.at, at);
    assert.equal(await memory.forget({ ...ACME, before: at }), 0);
  },

  "remember() answers in the order of the items, of which one may come twice": async (
    { memory },
  ) => {
    await memory.remember([item("m2", textOf(2))]);
    const batch = [1, 2, 1, 3].map((n) => item(`m${n}`, textOf(n)));
    const outcomes = await memory.remember(batch);
    assert.deepEqual(outcomes.map(({ id, outcome }) => `${id} ${outcome}`), [
      "m1 stored",
      "m2 known",
      "m1 known",
      "m3 stored",
    ]);
    assert.deepEqual(await idsOf(memory), ["m1", "m2", "m3"]);
  },

  "remember() takes many at once": async ({ memory }) => {
    const items = Array.from({ length: 300 }, (_, n) => item(`m${n}`, textOf(n)));
    const outcomes = await memory.remember(items);
    assert.ok(outcomes.every(({ outcome }) => outcome === "stored"));
    assert.deepEqual(outcomes.map(({ id }) => id), items.map(({ id }) => id));
    assert.equal((await memory.stats("acme")).items, items.length);
    assert.equal((await recalled(memory, "d299x", { k: 1, mode: "lexical" }))[0], "m299");
  },

  "What was remembered is there after the index was closed and opened": async (subject) => {
    const { dense } = await subject.memory.stats("acme");
    await subject.memory.remember([item("m1", textOf(1)), item("m2", textOf(2))]);
    await subject.reopen(dense ? new MeaningEmbedder() : null);
    assert.deepEqual(await idsOf(subject.memory), ["m1", "m2"]);
    assert.equal((await recalled(subject.memory, textOf(2)))[0], "m2");
    const [outcome] = await subject.memory.remember([item("m1", textOf(1))]);
    assert.equal(outcome?.outcome, "known");
  },

  "stats() counts a tenant's items by kind": async ({ memory }) => {
    const none = { fact: 0, episode: 0, preference: 0, procedure: 0 };
    const { dense, ...empty } = await memory.stats("acme");
    assert.deepEqual(empty, { items: 0, by_kind: none });
    await memory.remember([
      item("m1", textOf(1)),
      item("m2", textOf(2)),
      item("m3", textOf(3), { kind: "procedure" }),
      item("m4", textOf(4), { tenant: "globex" }),
    ]);
    const by_kind = { ...none, fact: 2, procedure: 1 };
    assert.deepEqual(await memory.stats("acme"), { items: 3, by_kind, dense });
  },

  "check() finds nothing wrong, and the carrier has a name": async ({ memory }) => {
    await memory.check();
    assert.notEqual(memory.carrier, "");
  },
};
