/**
 * Clauses on tenants: with the same ids and texts in two of them, no method gives, changes or removes
 * anything of the other one.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Memory } from "../port.ts";
import { type Clauses, idsOf, item, listed, recalled } from "./subject.ts";

const TENANTS = ["acme", "globex"] as const;

/** The same in both; only the session says whose it is. */
async function fill(memory: Memory): Promise<void> {
  for (const tenant of TENANTS) {
    await memory.remember([
      item("m1", "Anna likes green tea", { tenant, session: tenant }),
      item("m2", "Boris drives an automobile", { tenant, session: tenant }),
    ]);
  }
}

/** On tenants. */
export const TENANT_CLAUSES: Clauses = {
  "recall() and list() give a tenant its own and nothing of another's": async ({ memory }) => {
    await fill(memory);
    for (const tenant of TENANTS) {
      const filters = [{}, { agent: "bot" }, { ids: ["m1", "m2"] }, { kinds: ["fact" as const] }];
      for (const filter of filters.map((more) => ({ tenant, ...more }))) {
        assert.deepEqual((await listed(memory, filter)).map(({ session }) => session), [
          tenant,
          tenant,
        ]);
        for (const mode of ["lexical", "dense", "hybrid"] as const) {
          const found = await memory.recall({ text: "Anna's green tea", filter, k: 10, mode });
          assert.ok(found.length > 0);
          for (const { item } of found) {
            assert.deepEqual([item.tenant, item.session], [tenant, tenant]);
          }
        }
      }
      const other = TENANTS.find((name) => name !== tenant)!;
      assert.deepEqual(await idsOf(memory, { tenant, session: other }), []);
      assert.deepEqual(await recalled(memory, "tea", { filter: { tenant, session: other } }), []);
    }
    for (const stranger of ["initech", "", "*", "%", "ACME", "acme "]) {
      assert.deepEqual(await idsOf(memory, { tenant: stranger }), []);
      assert.deepEqual(await recalled(memory, "tea", { filter: { tenant: stranger } }), []);
      assert.equal((await memory.stats(stranger)).items, 0);
      assert.equal(await memory.forget({ tenant: stranger }), 0);
    }
  },

  "remember() knows and merges an item by its own tenant's only": async ({ memory }) => {
    await memory.remember([item("m1", "Anna likes tea")]);
    const there = { tenant: "globex", at: 5 };
    const outcomes = await memory.remember([
      item("m1", "Boris likes coffee", there),
      item("m2", "Anna likes tea", there),
    ]);
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["stored", "stored"]);
    assert.deepEqual((await listed(memory)).map(({ text, at }) => [text, at]), [
      ["Anna likes tea", item("m1", "").at],
    ]);
  },

  "remember() takes items of several tenants at once": async ({ memory }) => {
    const outcomes = await memory.remember([
      item("m1", "Anna likes tea"),
      item("m1", "Anna likes tea", { tenant: "globex" }),
      item("m2", "Boris likes milk"),
    ]);
    assert.deepEqual(outcomes.map(({ id, outcome }) => `${id} ${outcome}`), [
      "m1 stored",
      "m1 stored",
      "m2 stored",
    ]);
    assert.deepEqual(await idsOf(memory, { tenant: "acme" }), ["m1", "m2"]);
    assert.deepEqual(await idsOf(memory, { tenant: "globex" }), ["m1"]);
  },

  "forget() and stats() touch one tenant only": async ({ memory }) => {
    await fill(memory);
    assert.equal(await memory.forget({ tenant: "acme", ids: ["m1", "m2"] }), 2);
    assert.equal((await memory.stats("acme")).items, 0);
    assert.equal((await memory.stats("globex")).items, 2);
    assert.equal((await recalled(memory, "tea", { filter: { tenant: "globex" } }))[0], "m1");
  },
};
