/**
 * Clauses on items that say what is known already.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ACME, type Clauses, idsOf, item, listed, NOON, recalled } from "./subject.ts";

/** On merging. */
export const MERGE_CLAUSES: Clauses = {
  "remember() merges an item into one that says the same, and keeps the newer time": async ({
    memory,
  }) => {
    const first = item("m1", "Anna likes green tea");
    await memory.remember([first]);
    const same = item("m2", "anna likes green  tea.", { session: "ses_2", at: NOON + 5 });
    assert.deepEqual(await memory.remember([same]), [{ id: "m2", outcome: "merged", into: "m1" }]);
    assert.deepEqual(await listed(memory), [{ ...first, at: NOON + 5 }]);
    const [found] = await memory.recall({ text: "green tea", filter: ACME, k: 1 });
    assert.equal(found?.item.at, NOON + 5);
    assert.deepEqual(await listed(memory, { ...ACME, before: NOON + 5 }), []);

    const older = item("m3", "Anna likes green tea", { at: NOON - 5 });
    assert.deepEqual(await memory.remember([older]), [{ id: "m3", outcome: "merged", into: "m1" }]);
    assert.deepEqual(await listed(memory), [{ ...first, at: NOON + 5 }]);
  },

  "remember() merges a merged item again, which changes nothing": async ({ memory }) => {
    await memory.remember([item("m1", "Anna likes tea")]);
    const same = item("m2", "Anna likes tea", { at: NOON + 1 });
    const first = await memory.remember([same]);
    const before = await listed(memory);
    assert.deepEqual(await memory.remember([same]), first);
    assert.deepEqual(await listed(memory), before);
  },

  "remember() merges items of one batch": async ({ memory }) => {
    const outcomes = await memory.remember([
      item("m1", "The office is in Rome"),
      item("m2", "The office is in Rome", { at: NOON + 2 }),
      item("m3", "Office is in Rome."),
    ]);
    assert.deepEqual(outcomes.map(({ outcome }) => outcome), ["stored", "merged", "merged"]);
    assert.deepEqual(outcomes.map(({ into }) => into), ["m1", "m1", "m1"]);
    assert.deepEqual((await listed(memory)).map(({ id, at }) => [id, at]), [["m1", NOON + 2]]);
  },

  "remember() merges nothing that differs in tenant, agent, kind, or by a word, number or letter":
    async ({ memory }) => {
      const items = [
        item("m1", "The API listens on port 8000"),
        item("m2", "The API listens on port 8000", { agent: "clerk" }),
        item("m3", "The API listens on port 8000", { kind: "procedure" }),
        item("m4", "The API listens on port 8000", { tenant: "globex" }),
        item("m5", "The API listens on port 8001"),
        item("m6", "The API does not listen on port 8000"),
        item("m7", "Anna manages Bob"),
        item("m8", "Bob manages Anna"),
        item("m9", "Ada worked at Siemens"),
        item("m10", "Ada works at Siemens"),
        item("m11", "The password of the office is Tiger"),
        item("m12", "The password of the office is tiger"),
        item("m13", "Her name is spelled Muller"),
        item("m14", "Her name is spelled Müller"),
      ];
      const outcomes = await memory.remember(items);
      assert.deepEqual(outcomes.map(({ outcome }) => outcome), items.map(() => "stored"));
      assert.equal((await listed(memory)).length, items.length - 1);
    },

  "remember() merges nothing that says a word more or less": async ({ memory }) => {
    const known = "Ada can hardly eat peanuts or almonds when Ben cooks for his guests";
    await memory.remember([item("m1", known)]);
    for (const [id, text] of [["m2", known.replace("hardly ", "")], ["m3", `${known} too`]]) {
      const [outcome] = await memory.remember([item(id!, text!)]);
      assert.equal(outcome?.outcome, "stored");
    }
  },

  "remember() merges what means the same": {
    only: "with vectors",
    holds: async ({ memory }) => {
      await memory.remember([item("m1", "has bought one automobile")]);
      const [outcome] = await memory.remember([item("m2", "has bought one vehicle")]);
      assert.deepEqual(outcome, { id: "m2", outcome: "merged", into: "m1" });
      assert.deepEqual(await idsOf(memory), ["m1"]);
    },
  },

  "An item is stored once what it would have been merged into is forgotten": async ({ memory }) => {
    await memory.remember([item("m1", "Anna likes tea")]);
    await memory.forget({ ...ACME, ids: ["m1"] });
    const [outcome] = await memory.remember([item("m2", "Anna likes tea")]);
    assert.equal(outcome?.outcome, "stored");
    assert.deepEqual(await recalled(memory, "tea"), ["m2"]);
  },
};
