import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "./canonical_json.ts";

Deno.test("canonicalJson() writes the forms of RFC 8785", () => {
  // The samples of its sections 3.2.2 and 3.2.3.
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  assert.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const keys = { "€": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "ö": 7 };
  assert.deepEqual(
    Object.values(JSON.parse(canonicalJson(keys))).sort(),
    [1, 2, 3, 4, 5, 6, 7],
  );
  const order = [...canonicalJson(keys).matchAll(/:(\d)/g)].map(([, n]) => Number(n));
  assert.deepEqual(order, [2, 4, 6, 7, 1, 5, 3]);
});

Deno.test("canonicalJson() takes undefined members for absent", () => {
  assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}');
});

Deno.test("canonicalJson() refuses what is not JSON", () => {
  for (const value of [undefined, NaN, Infinity, { n: -Infinity }, 1n, () => 1, "\ud800"]) {
    assert.throws(() => canonicalJson(value), Error, String(value));
  }
});

Deno.test("canonicalJson() gives one text, that means the same, for one value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = canonicalJson(value);
    assert.equal(canonicalJson(JSON.parse(text)), text);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
  }));
});
