import assert from "node:assert/strict";
import { arrayLiteral } from "./array_literal.ts";

Deno.test("arrayLiteral() writes numbers, flags and nothing as they are, and quotes texts", () => {
  assert.equal(arrayLiteral([]), "{}");
  assert.equal(arrayLiteral([1, -2.5, true, false, null]), "{1,-2.5,true,false,null}");
  assert.equal(arrayLiteral(["", "a", "null", "a,b", "{}"]), '{"","a","null","a,b","{}"}');
});

Deno.test("arrayLiteral() escapes quotes and backslashes", () => {
  assert.equal(arrayLiteral(['{"a":"\\n"}']), '{"{\\"a\\":\\"\\\\n\\"}"}');
});
