import assert from "node:assert/strict";
import { table } from "./markdown_table.ts";

Deno.test("table() aligns its columns and escapes bars", () => {
  const text = table(["a", "long head"], [["x | y", "1"], ["z"]]);
  assert.equal(
    text,
    [
      "| a      | long head |",
      "| ------ | --------- |",
      "| x \\| y | 1         |",
      "| z      |           |",
    ].join("\n"),
  );
});
