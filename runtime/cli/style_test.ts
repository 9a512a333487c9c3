import assert from "node:assert/strict";
import { createStyle, oneLine, printable } from "./style.ts";

Deno.test("printable() takes out what steers a terminal", () => {
  assert.equal(printable("a\x1b[31mred\x07\tb\r\nc\u009bd"), "a[31mred\tb\ncd");
});

Deno.test("oneLine() never cuts a character in two", () => {
  assert.equal(oneLine("👍👍👍", 2), "👍…");
});

Deno.test("createStyle() adds nothing when colours are off", () => {
  assert.equal(createStyle(false).red("x"), "x");
  assert.equal(createStyle(true).red("x"), "\x1b[31mx\x1b[39m");
});
