/**
 * Clauses on values that try to be something else: each is only ever itself.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MemoryItem } from "../port.ts";
import { type Clauses, idsOf, item, listed, recalled } from "./subject.ts";

const HOSTILE: readonly string[] = [
  "' OR '1'='1",
  "'; DROP TABLE items; --",
  'acme" OR tenant:"globex',
  "acme\u0000globex",
  "acme\nglobex",
  "*",
  "%",
  "_",
  "../globex",
  '{"any":[]}',
  '{"must_not":[{"key":"tenant"}]}',
  "[]",
  "null",
  "undefined",
  "true",
  "0",
  "-1",
  "__proto__",
  "constructor",
  "acme ",
  " acme",
  "ACME",
  "ácme",
  "a\u0301cme",
  "🍕",
  "x".repeat(300),
];

/** On hostile values. */
export const HOSTILE_CLAUSES: Clauses = {
  "A hostile tenant sees its own items only, and is seen by itself only": async ({ memory }) => {
    const tenants = ["acme", "globex", ...HOSTILE];
    await memory.remember(
      tenants.map((tenant) => item("m1", "Anna likes tea", { tenant, session: tenant })),
    );
    for (const tenant of tenants) {
      const owners = (await listed(memory, { tenant })).map(({ session }) => session);
      assert.deepEqual(owners, [tenant]);
      const found = await memory.recall({ text: "tea", filter: { tenant }, k: 100 });
      assert.deepEqual(found.map(({ item }) => item.session), [tenant]);
      assert.equal((await memory.stats(tenant)).items, 1);
    }
    for (const tenant of HOSTILE) assert.equal(await memory.forget({ tenant }), 1);
    assert.deepEqual(await idsOf(memory, { tenant: "acme" }), ["m1"]);
    assert.deepEqual(await idsOf(memory, { tenant: "globex" }), ["m1"]);
  },

  "Hostile ids, agents, sessions and texts are stored and found as they are": async (
    { memory },
  ) => {
    const items = HOSTILE.map((value, n): MemoryItem =>
      item(value, `Parcel n${n}x ${value}`, { agent: value, session: value, at: 1000 + n })
    );
    await memory.remember(items);
    assert.deepEqual(await listed(memory), items.toReversed());
    for (const wanted of items) {
      for (
        const more of [{ ids: [wanted.id] }, { agent: wanted.agent }, { session: wanted.session }]
      ) {
        const filter = { tenant: "acme", ...more };
        assert.deepEqual(await listed(memory, filter), [wanted]);
        assert.deepEqual(await recalled(memory, "parcel", { filter }), [wanted.id]);
      }
    }
    for (const { id } of items) {
      assert.equal(await memory.forget({ tenant: "acme", session: id, agent: id, ids: [id] }), 1);
    }
    assert.deepEqual(await listed(memory), []);
  },

  "A hostile question is only words": async ({ memory }) => {
    await memory.remember([item("m1", "Anna likes tea"), item("m2", "Boris likes milk")]);
    const questions = [
      ...HOSTILE,
      'tea" OR "milk',
      "tea NOT milk",
      "NEAR(tea milk)",
      "terms : tea",
      "tea*",
      "^tea",
      "-tea",
      "(((",
      '"',
    ];
    for (const text of questions) {
      for (const { item } of await memory.recall({ text, filter: { tenant: "acme" }, k: 10 })) {
        assert.ok(["m1", "m2"].includes(item.id));
      }
    }
    assert.deepEqual(await recalled(memory, "tea NOT tea*", { mode: "lexical" }), ["m1"]);
  },
};
