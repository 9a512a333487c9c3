/**
 * Clauses on building the index anew.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../clock.ts";
import type { Memory } from "../port.ts";
import { MeaningEmbedder } from "./meaning_embedder.ts";
import { ACME, type Clauses, idsOf, item, listed, recalled, textOf } from "./subject.ts";

const OLD = Array.from({ length: 20 }, (_, n) => item(`m${n}`, textOf(n)));
const GLOBEX = { tenant: "globex" };

/** Asserts that exactly these items are found, whichever way one looks. */
async function assertHolds(memory: Memory, ids: readonly string[], filter = ACME): Promise<void> {
  assert.deepEqual(await idsOf(memory, filter), ids.toSorted());
  assert.equal((await memory.stats(filter.tenant)).items, ids.length);
  const found = await recalled(memory, "Zebras graze, volcanoes erupt, poets rhyme", { filter });
  assert.deepEqual(found.filter((id) => !ids.includes(id)), []);
}

/** On rebuilding. */
export const REBUILD_CLAUSES: Clauses = {
  "rebuild() puts exactly what was added in the old index's place": async (subject) => {
    const { memory } = subject;
    const { dense } = await memory.stats("acme");
    await memory.remember([
      ...OLD,
      item("g1", textOf(1), GLOBEX),
      item("i1", "x", { tenant: "i" }),
    ]);
    await using rebuild = await memory.rebuild(null);
    const added = [...OLD.slice(5), item("lost", textOf(40))];
    await rebuild.add(added.slice(0, 4));
    await rebuild.add([...added.slice(3), item("g2", textOf(2), GLOBEX)]);
    await rebuild.finish();
    const ids = added.map(({ id }) => id);
    await assertHolds(memory, ids);
    await assertHolds(memory, ["g2"], GLOBEX);
    await assertHolds(memory, [], { tenant: "i" });
    await subject.reopen(dense ? new MeaningEmbedder() : null);
    await assertHolds(subject.memory, ids);
    assert.equal((await recalled(subject.memory, "d40x", { mode: "lexical" }))[0], "lost");
  },

  "rebuild() of one tenant leaves the others alone": async ({ memory }) => {
    await memory.remember([...OLD, item("g1", textOf(1), GLOBEX)]);
    await using rebuild = await memory.rebuild("acme");
    await rebuild.add([item("n1", textOf(50))]);
    await rebuild.finish();
    await assertHolds(memory, ["n1"]);
    await assertHolds(memory, ["g1"], GLOBEX);
  },

  "rebuild() of a tenant that has nothing any more empties it": async ({ memory }) => {
    await memory.remember(OLD);
    await using rebuild = await memory.rebuild("acme");
    await rebuild.finish();
    await assertHolds(memory, []);
    const [outcome] = await memory.remember([OLD[0]!]);
    assert.equal(outcome?.outcome, "stored");
  },

  "The old index answers as before until finish(), and again when a rebuild is given up": async (
    subject,
  ) => {
    const { memory } = subject;
    const { dense } = await memory.stats("acme");
    await memory.remember(OLD);
    const before = await listed(memory);
    {
      await using rebuild = await memory.rebuild(null);
      for (let n = 0; n < 5; n++) {
        await rebuild.add([item(`n${n}`, textOf(60 + n))]);
        assert.deepEqual(await listed(memory), before);
        assert.equal((await recalled(memory, "d7x", { k: 1, mode: "lexical" }))[0], "m7");
        assert.deepEqual(await recalled(memory, "d60x", { mode: "lexical" }), []);
      }
    }
    assert.deepEqual(await listed(memory), before);
    await subject.reopen(dense ? new MeaningEmbedder() : null);
    assert.deepEqual(await listed(subject.memory), before);
    await using again = await subject.memory.rebuild(null);
    await again.add(OLD);
    await again.finish();
    assert.deepEqual(await listed(subject.memory), before);
  },

  "What is remembered and forgotten during a rebuild holds after it": async ({ memory }) => {
    await memory.remember(OLD);
    await using rebuild = await memory.rebuild(null);
    await rebuild.add(OLD.slice(0, 10));
    await memory.remember([item("during", textOf(70)), item("g1", textOf(1), GLOBEX)]);
    assert.equal((await recalled(memory, "d70x", { k: 1, mode: "lexical" }))[0], "during");
    const ids = ["m2", "m15"];
    assert.equal(await memory.forget({ ...ACME, ids }), 2);
    // Whoever reads the journal may come to these only now.
    await rebuild.add([...OLD.slice(10), item("during", textOf(70))]);
    await rebuild.finish();
    const left = OLD.map(({ id }) => id).filter((id) => !ids.includes(id));
    await assertHolds(memory, [...left, "during"]);
    await assertHolds(memory, ["g1"], GLOBEX);
  },

  "What is remembered again during a rebuild holds after it, with its new time": async ({
    memory,
  }) => {
    await memory.remember(OLD.slice(0, 3));
    await using rebuild = await memory.rebuild(null);
    await rebuild.add(OLD.slice(0, 1));
    const again = OLD.slice(0, 2).map((item) => ({ ...item, at: item.at + 1 }));
    const outcomes = await memory.remember(again);
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["known", "known"]);
    await rebuild.finish();
    await assertHolds(memory, ["m0", "m1"]);
    assert.deepEqual((await listed(memory)).map(({ at }) => at), again.map(({ at }) => at));
  },

  "Recall and remember go on while many items are added": async ({ memory }) => {
    await memory.remember(OLD);
    await using rebuild = await memory.rebuild(null);
    let adding = true;
    const many = Array.from({ length: 400 }, (_, n) => item(`m${n}`, textOf(n)));
    const add = async () => {
      for (let n = 0; n < many.length; n += 100) await rebuild.add(many.slice(n, n + 100));
      adding = false;
    };
    const use = async () => {
      let count = 0;
      for (; adding || count === 0; count++) {
        assert.equal((await recalled(memory, "d7x", { k: 1, mode: "lexical" }))[0], "m7");
        await memory.remember([item(`w${count}`, `Writer's word w${count}x`)]);
        // An index in this thread may wait for nothing: let the other have its turn.
        await systemClock.yield();
      }
      return count;
    };
    const [, count] = await Promise.all([add(), use()]);
    await rebuild.finish();
    assert.equal((await memory.stats("acme")).items, many.length + count);
    const last = await recalled(memory, `w${count - 1}x`, { k: 1, mode: "lexical" });
    assert.deepEqual(last, [`w${count - 1}`]);
  },

  "rebuild() merges what says the same": async ({ memory }) => {
    await using rebuild = await memory.rebuild("acme");
    const later = item("m2", "Anna likes tea", { at: 2000 });
    await rebuild.add([item("m1", "Anna likes tea", { at: 1000 }), later]);
    await rebuild.finish();
    assert.deepEqual((await listed(memory)).map(({ id, at }) => [id, at]), [["m1", 2000]]);
  },
};
