/**
 * Clauses on lists.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ACME, type Clauses, item, listed, textOf } from "./subject.ts";

/** On lists. */
export const LIST_CLAUSES: Clauses = {
  "list() gives the newest first, each once, whatever the size of the pages": async (
    { memory },
  ) => {
    // Three of each time, and not remembered in its order.
    const items = Array.from(
      { length: 31 },
      (_, n) => item(`m${n}`, textOf(n), { at: 1000 + Math.floor(((n * 7) % 31) / 3) }),
    );
    await memory.remember(items);
    const whole = await listed(memory);
    assert.equal(new Set(whole.map(({ id }) => id)).size, 31);
    const times = whole.map(({ at }) => at);
    assert.deepEqual(times, times.toSorted((a, b) => b - a));
    for (const limit of [1, 2, 10, 31]) assert.deepEqual(await listed(memory, ACME, limit), whole);
  },

  "list() goes on where a page ended, while items come and go": async ({ memory }) => {
    const items = Array.from({ length: 10 }, (_, n) => item(`m${n}`, textOf(n), { at: 1000 + n }));
    await memory.remember(items);
    const first = await memory.list(ACME, { cursor: null, limit: 4 });
    assert.deepEqual(first.items.map(({ id }) => id), ["m9", "m8", "m7", "m6"]);
    await memory.remember([item("new", textOf(50), { at: 5000 })]);
    await memory.forget({ ...ACME, ids: ["m6", "m4"] });
    const second = await memory.list(ACME, { cursor: first.next, limit: 100 });
    assert.deepEqual(second.items.map(({ id }) => id), ["m5", "m3", "m2", "m1", "m0"]);
    assert.equal(second.next, null);
  },

  "list() refuses a cursor that no page gave out": async ({ memory }) => {
    await memory.remember([item("m1", textOf(1))]);
    for (const cursor of ["", "x", "W10", "' OR 1=1 --", "[1,2,3]"]) {
      await assert.rejects(memory.list(ACME, { cursor, limit: 1 }), { code: "invalid_request" });
    }
  },
};
