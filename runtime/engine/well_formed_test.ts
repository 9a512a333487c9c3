import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../journal/canonical_json.ts";
import { wellFormed } from "./well_formed.ts";

Deno.test("wellFormed() gives back the same value when nothing is wrong with it", () => {
  const value = { a: ["x", { "😀": null }], n: 1, u: undefined };
  assert.equal(wellFormed(value), value);
});

Deno.test("wellFormed() replaces each half of a pair, wherever it is", () => {
  const value = { a: ["x\ud83d", { "\udc00": "ok" }], n: 0, same: { deep: "😀" } };
  const mended = wellFormed(value) as typeof value;
  assert.deepEqual(mended, { a: ["x\ufffd", { "\ufffd": "ok" }], n: 0, same: { deep: "😀" } });
  assert.equal(mended.same, value.same);
});

Deno.test("wellFormed() makes of any JSON what has a canonical form", () => {
  const unit = fc.integer({ min: 0, max: 0xffff }).map((n) => String.fromCharCode(n));
  const text = fc.array(unit, { maxLength: 6 }).map((units) => units.join(""));
  const value = fc.anything({ key: text, values: [text, fc.integer(), fc.constant(null)] });
  fc.assert(fc.property(value, (value) => {
    const mended = wellFormed(value);
    assert.deepEqual(JSON.parse(canonicalJson({ mended })), JSON.parse(JSON.stringify({ mended })));
  }));
});
