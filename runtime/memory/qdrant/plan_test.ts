import assert from "node:assert/strict";
import { item } from "../contract/subject.ts";
import { statementOf } from "../near_duplicates.ts";
import type { MemoryItem } from "../port.ts";
import { type KnownItem, planStore } from "./plan.ts";
import { preparedItem } from "./point.ts";

const TEA = item("tea", "Anna likes tea", { at: 100 });
const prepared = (item: MemoryItem) => preparedItem(item, null);

function known(item: MemoryItem): KnownItem {
  const { id, at } = item;
  return { point_id: prepared(item).point_id, id, at, statement: statementOf(item, null) };
}

Deno.test("planStore() stores what is new, once", () => {
  const [tea, milk] = [prepared(TEA), prepared(item("milk", "Boris likes milk"))];
  const plan = planStore([tea, milk, tea], { known: new Map(), candidates: new Map() });
  assert.deepEqual(plan.store, [tea, milk]);
  assert.equal(plan.touch.size, 0);
  assert.deepEqual(plan.outcomes.map(({ outcome }) => outcome), ["stored", "stored", "known"]);
});

Deno.test("planStore() leaves what is there as it is, but as new as the newest", () => {
  const teas = [999, 99].map((at) => prepared({ ...TEA, text: "Anna likes coffee", at }));
  const [{ point_id } = assert.fail()] = teas;
  for (const [since, touch] of [[100, [[point_id, 999]]], [999, []]] as const) {
    const plan = planStore(teas, { known: new Map([[point_id, since]]), candidates: new Map() });
    assert.deepEqual(plan.store, []);
    assert.deepEqual([...plan.touch], touch);
    const outcome = { id: "tea", outcome: "known", into: "tea" };
    assert.deepEqual(plan.outcomes, [outcome, outcome]);
  }
});

Deno.test("planStore() merges into a candidate, which becomes as new as the newest", () => {
  const same = [150, 300, 200, 50].map((at, n) => prepared({ ...TEA, id: `same${n}`, at }));
  const candidates = new Map(same.map(({ point_id }) => [point_id, [known(TEA)]]));
  const plan = planStore(same, { known: new Map(), candidates });
  assert.deepEqual(plan.store, []);
  assert.deepEqual([...plan.touch], [[known(TEA).point_id, 300]]);
  assert.ok(plan.outcomes.every(({ outcome, into }) => outcome === "merged" && into === "tea"));
});

Deno.test("planStore() does not take a candidate that only looks alike", () => {
  const not = prepared(item("not", "Anna does not like tea"));
  const candidates = new Map([[not.point_id, [known(TEA)]]]);
  const plan = planStore([not], { known: new Map(), candidates });
  assert.deepEqual(plan.outcomes, [{ id: "not", outcome: "stored", into: "not" }]);
});
