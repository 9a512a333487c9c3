import assert from "node:assert/strict";
import fc from "fast-check";
import { isDeeperThan } from "./json_depth.ts";

/** The levels of a value, without a bound. */
function levelsOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(levelsOf));
}

Deno.test("isDeeperThan() tells values by the levels that they have", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(8), (value, levels) => {
    assert.equal(isDeeperThan(levels, value), levelsOf(value) > levels);
  }));
});

Deno.test("isDeeperThan() looks no deeper than it has to", () => {
  const text = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
  assert.equal(isDeeperThan(64, JSON.parse(text)), true);
  const circular: { self?: unknown } = {};
  circular.self = circular;
  assert.equal(isDeeperThan(64, circular), true);
});
