import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonText } from "./json_text.ts";

Deno.test("jsonText() keeps every JSON value", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.equal(jsonText(value), JSON.stringify(value));
  }));
});

Deno.test("jsonText() takes undefined for null, leaves out undefined properties, writes dates", () => {
  assert.equal(jsonText(undefined), "null");
  assert.equal(jsonText({ a: undefined, b: new Date(0) }), '{"b":"1970-01-01T00:00:00.000Z"}');
});

Deno.test("jsonText() names what has no JSON form", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const cases: readonly [unknown, RegExp][] = [
    [1n, /Value is a bigint, wanted JSON/],
    [{ deep: { f: () => 1 } }, /Value at f is a function/],
    [[Symbol("s")], /Value at 0 is a symbol/],
    [{ n: NaN }, /Value at n is NaN/],
    [-Infinity, /Value is -Infinity/],
    [{ m: new Map([[1, 2]]) }, /Value at m is a Map/],
    [new Uint8Array(3), /Value is a Uint8Array/],
    [Promise.resolve(1), /Value is a Promise/],
    [circular, /circular/],
  ];
  for (const [value, message] of cases) {
    assert.throws(() => jsonText(value), { message });
  }
});
