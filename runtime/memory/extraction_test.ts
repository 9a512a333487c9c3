import assert from "node:assert/strict";
import { readExtraction } from "./extraction.ts";

Deno.test("readExtraction() reads one item a line and leaves out everything else", () => {
  const answer = [
    "Here is what I found:",
    "```json",
    '{"kind":"preference","text":" Ada likes tea "}',
    '  {"kind":"procedure","text":"Deploy on Mondays"},',
    '{"text":"Ada lives in Bern"}',
    '{"kind":"secret","text":"x"}',
    '{"kind":"fact"}',
    '{"kind":"fact","text":"',
    "```",
  ].join("\n");
  assert.deepEqual(readExtraction(answer), [
    { kind: "preference", text: "Ada likes tea" },
    { kind: "procedure", text: "Deploy on Mondays" },
    { kind: "fact", text: "Ada lives in Bern" },
  ]);
  assert.deepEqual(readExtraction(""), []);
});

Deno.test("readExtraction() takes ten items at most", () => {
  const lines = Array.from({ length: 20 }, (_, i) => JSON.stringify({ text: `Fact ${i}` }));
  assert.equal(readExtraction(lines.join("\n")).length, 10);
});
