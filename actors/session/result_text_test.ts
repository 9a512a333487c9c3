import assert from "node:assert/strict";
import { resultText, shownResult } from "./result_text.ts";

Deno.test("resultText() shows a string as it is and anything else as JSON", () => {
  assert.equal(resultText('say "hi"'), 'say "hi"');
  assert.equal(resultText({ a: [1, null] }), '{"a":[1,null]}');
  assert.equal(resultText(null), "null");
});

Deno.test("shownResult() shows a result whole when it fits", () => {
  assert.equal(shownResult("12345", 5), "12345");
});

Deno.test("shownResult() says how many characters it cut", () => {
  assert.equal(shownResult("123456789", 5), "12345\n[cut: 4 more characters]");
  assert.equal(shownResult({ a: "bc" }, 4), '{"a"\n[cut: 6 more characters]');
});

Deno.test("shownResult() never cuts a surrogate pair in half", () => {
  assert.equal(shownResult("ab😀cd", 3), "ab\n[cut: 4 more characters]");
  assert.equal(shownResult("ab😀cd", 4), "ab😀\n[cut: 2 more characters]");
});
