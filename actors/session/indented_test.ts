import assert from "node:assert/strict";
import { indented } from "./indented.ts";

Deno.test("indented() moves in whatever may be taken for a further line", () => {
  assert.equal(indented("one line"), "one line");
  const ends = ["\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"];
  for (const end of ends) assert.equal(indented(`a${end}- b`), "a\n  - b");
  assert.equal(indented("a\n\r\n\nb"), "a\n  \n  \n  b");
});
