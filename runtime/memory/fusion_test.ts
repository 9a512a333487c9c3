import assert from "node:assert/strict";
import fc from "fast-check";
import { fuseByRank } from "./fusion.ts";

Deno.test("fuseByRank() adds 1 / (60 + rank) from each ranking", () => {
  assert.deepEqual(fuseByRank([["a", "b"], ["b", "c"]]), [
    { key: "b", score: 1 / 62 + 1 / 61 },
    { key: "a", score: 1 / 61 },
    { key: "c", score: 1 / 62 },
  ]);
  assert.deepEqual(fuseByRank([]), []);
  assert.deepEqual(fuseByRank([[], ["a"]]).map(({ key }) => key), ["a"]);
});

const ranking = fc.uniqueArray(fc.nat(20), { maxLength: 10 });

Deno.test("fuseByRank() keeps a lone ranking, loses no key, and minds no order of rankings", () => {
  fc.assert(fc.property(ranking, ranking, (a, b) => {
    assert.deepEqual(fuseByRank([a]).map(({ key }) => key), a);
    const fused = fuseByRank([a, b]);
    assert.deepEqual(new Set(fused.map(({ key }) => key)), new Set([...a, ...b]));
    const scores = new Map(fused.map(({ key, score }) => [key, score]));
    for (const { key, score } of fuseByRank([b, a])) assert.equal(score, scores.get(key));
    assert.deepEqual(fused.map(({ score }) => score), [...scores.values()].sort((x, y) => y - x));
  }));
});

Deno.test("fuseByRank() puts what both rank first on top", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat(20), { minLength: 1 }), ranking, (a, b) => {
    const top = a[0]!;
    const second = [top, ...b.filter((key) => key !== top)];
    assert.equal(fuseByRank([a, second])[0]?.key, top);
  }));
});
