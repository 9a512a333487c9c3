import assert from "node:assert/strict";
import fc from "fast-check";
import { documentVector, queryVector, termId, termsOf, wordsOf } from "./terms.ts";

Deno.test("termsOf() gives stems without stop words, in order and with repeats", () => {
  assert.deepEqual(termsOf("The deployments of Anna's team deploy on Fridays"), [
    "deploy",
    "anna",
    "team",
    "deploy",
    "friday",
  ]);
  assert.deepEqual(termsOf("What is it that they have?"), []);
  assert.deepEqual(termsOf(""), []);
});

Deno.test("termsOf() keeps what turns a statement round", () => {
  for (const text of ["doesn't like", "does not like", "DOESN’T like"]) {
    assert.deepEqual(termsOf(text), ["not", "like"], text);
  }
  assert.deepEqual(termsOf("cannot, can't, won't"), ["not", "not", "not"]);
  assert.deepEqual(termsOf("never without tests"), ["never", "without", "test"]);
});

Deno.test("termsOf() makes one of forms that look alike", () => {
  assert.deepEqual(termsOf("Ｃａｆé CAFÉ cafe\u0301"), ["cafe", "cafe", "cafe"]);
  assert.deepEqual(termsOf("Ελληνικά"), ["ελληνικα"]);
  assert.deepEqual(termsOf("й"), ["й"], "In Cyrillic a mark makes another letter");
});

Deno.test("termsOf() keeps a number whole", () => {
  assert.deepEqual(termsOf("port 8,000 at 10:30, v1.2 costs 3.50."), [
    "port",
    "8000",
    "10:30",
    "v1.2",
    "cost",
    "3.50",
  ]);
  assert.deepEqual(termsOf("192.168.0.1 on 2026-03-15"), ["192.168.0.1", "2026", "03", "15"]);
});

Deno.test("termsOf() finds pictures, and characters and pairs of scripts without spaces", () => {
  assert.deepEqual(termsOf("I🍕you 🇩🇪🇫🇷"), ["🍕", "🇩🇪", "🇫🇷"]);
  assert.deepEqual(termsOf("喝绿茶tea"), ["喝", "喝绿", "绿", "绿茶", "茶", "tea"]);
  assert.deepEqual(wordsOf("喝绿茶 is tea"), ["喝", "绿", "茶", "is", "tea"]);
});

Deno.test("termsOf() is not led astray by names that every object has", () => {
  assert.deepEqual(termsOf("constructor __proto__ toString"), ["constructor", "proto", "tostr"]);
});

Deno.test("termsOf() gives terms that give themselves, whatever the text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    for (const term of termsOf(text)) {
      assert.ok(term !== "" && !/[\s"'\0]/.test(term), JSON.stringify(term));
      assert.equal(term, term.toWellFormed());
    }
    assert.deepEqual(termsOf(text.normalize("NFD")), termsOf(text.normalize("NFC")));
  }));
});

Deno.test("documentVector() weighs a term by how often it occurs, less and less, and by length", () => {
  const weight = (text: string) => {
    const { indices, values } = documentVector(text);
    return values[indices.indexOf(termId("tea"))] ?? 0;
  };
  const [once, twice, often] = [1, 2, 40].map((n) => weight("tea ".repeat(n)));
  assert.ok(once! < twice! && twice! - once! < once!);
  assert.ok(often! < 2.2);
  assert.ok(weight("tea") > weight("tea and " + "coffee ".repeat(20)));
});

Deno.test("documentVector() and queryVector() number terms alike, ascending and once each", () => {
  const text = "tea coffee water tea milk";
  const [document, query] = [documentVector(text), queryVector(text)];
  assert.deepEqual(document.indices, query.indices);
  assert.deepEqual(document.indices, [...new Set(document.indices)].sort((a, b) => a - b));
  assert.deepEqual(query.values, [1, 1, 1, 1]);
  assert.equal(document.values.length, 4);
});

Deno.test("termId() is stable and spreads over 32 bits", () => {
  assert.equal(termId("tea"), 2763767907);
  assert.equal(termId("茶"), termId("茶"));
  const ids = Array.from({ length: 20_000 }, (_, i) => termId(`term${i}`));
  assert.ok(new Set(ids).size >= ids.length - 1);
  assert.ok(ids.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32));
  const high = ids.filter((id) => id >= 2 ** 31).length;
  assert.ok(high > 9_500 && high < 10_500);
});
