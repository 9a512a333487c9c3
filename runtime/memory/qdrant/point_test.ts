import assert from "node:assert/strict";
import fc from "fast-check";
import { item } from "../contract/subject.ts";
import { MEANING, pointId, pointOf, preparedItem, WORDS } from "./point.ts";

Deno.test("pointId() is a UUID of version 8, the same for ever", () => {
  assert.equal(pointId("acme", "m1"), "675afef0-253b-8db5-b5eb-0a81fef11874");
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string(), (tenant, id) => {
    assert.match(
      pointId(tenant, id),
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  }));
});

Deno.test("pointId() tells apart what only looks alike", () => {
  const pairs = [["a", "bc"], ["ab", "c"], ["a", "b\0c"], ['a","b', "c"], ["a", 'b","c'], [
    "",
    "abc",
  ]];
  const ids = pairs.map(([tenant = "", id = ""]) => pointId(tenant, id));
  assert.equal(new Set(ids).size, pairs.length);
});

Deno.test("pointOf() carries the item, its words and its vector", () => {
  const tea = item("m1", "green tea, green");
  const point = pointOf(preparedItem(tea, Float32Array.of(0.5, 0.25)));
  assert.equal(point.id, pointId("acme", "m1"));
  assert.deepEqual(point.payload, { ...tea });
  const { [MEANING]: meaning, [WORDS]: words } = point.vector as Record<string, unknown>;
  assert.deepEqual(meaning, [0.5, 0.25]);
  assert.equal((words as { indices: number[] }).indices.length, 2);
});

Deno.test("pointOf() leaves out vectors that there are not, and mends half a surrogate pair", () => {
  const { vector, payload } = pointOf(preparedItem(item("m1", "… \ud800"), null));
  assert.deepEqual(vector, {});
  assert.equal(payload?.["text"], "… \ufffd");
});
