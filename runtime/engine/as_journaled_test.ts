import assert from "node:assert/strict";
import fc from "fast-check";
import { JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import { canonicalJson } from "../journal/canonical_json.ts";
import { asJournaled } from "./as_journaled.ts";

Deno.test("asJournaled() replaces each half of a pair, wherever it is", () => {
  const value = { a: ["x\ud83d", { "\udc00": "ok" }], n: 0, same: { deep: "😀" } };
  assert.deepEqual(asJournaled(value), {
    a: ["x\ufffd", { "\ufffd": "ok" }],
    n: 0,
    same: { deep: "😀" },
  });
});

Deno.test("asJournaled() puts members in order, and drops what is undefined or called __proto__", () => {
  const value = JSON.parse('{"z":{"b":1,"__proto__":{"path":"/etc"},"a":2},"__proto__":1,"y":[]}');
  const journaled = asJournaled({ ...value, u: undefined });
  assert.equal(JSON.stringify(journaled), '{"y":[],"z":{"a":2,"b":1}}');
});

Deno.test("asJournaled() gives what the journal will give back, of any JSON", () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n));
  const text = fc.array(unit, { maxLength: 6 }).map((units) => units.join(""));
  const key = fc.oneof(text, fc.constantFrom("10", "9", "__proto__", "b", "a"));
  const value = fc.anything({
    key,
    values: [text, fc.double({ noNaN: true, noDefaultInfinity: true })],
  });
  fc.assert(fc.property(value, (value) => {
    const journaled = asJournaled({ value });
    const read = JSON.parse(canonicalJson(journaled));
    assert.equal(JSON.stringify(read), JSON.stringify(journaled));
    assert.deepEqual(read, journaled);
  }));
});

Deno.test("asJournaled() refuses what is deeper than what is let in", () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const command = (levels: number) => ({ type: "t", state: { call: { input: nested(levels) } } });
  assert.deepEqual(asJournaled(command(JSON_DEPTH_MAX)), command(JSON_DEPTH_MAX));
  for (const levels of [JSON_DEPTH_MAX + 16, 100_000]) {
    assert.throws(() => asJournaled(command(levels)), /nested at most 80 levels deep/);
  }
});

Deno.test("asJournaled() changes nothing of what it is given", () => {
  const value = { b: [{ d: -0, c: "x\ud83d" }], a: 1 };
  const before = structuredClone(value);
  asJournaled(value);
  assert.deepEqual(value, before);
});
