import assert from "node:assert/strict";
import { formatRecord, formatTable } from "./table.ts";

Deno.test("formatTable() lines up columns, numbers on the right", () => {
  assert.equal(
    formatTable(["ID", "SEQ", "AGENT"], [["ses_1", 7, "assistant"], ["s", 1234, "a"]]),
    "ID      SEQ  AGENT\nses_1     7  assistant\ns      1234  a",
  );
});

Deno.test("formatTable() cuts long cells and keeps a row on one line", () => {
  const [, row = ""] = formatTable(["TEXT"], [["a\nb" + "x".repeat(100)]]).split("\n");
  assert.equal(row, "a b" + "x".repeat(56) + "…");
});

Deno.test("formatRecord() shows a property a line", () => {
  assert.equal(
    formatRecord({ id: "ses_1", usage: { tokens: 1 } }),
    'id     ses_1\nusage  {"tokens":1}',
  );
});
