import assert from "node:assert/strict";
import { nearest } from "./nearest.ts";

Deno.test("nearest() finds what was meant, or nothing", () => {
  const keys = ["attempts", "base_ms", "max_ms", "limits", "llm"];
  const cases: [string, string | null][] = [
    ["atempts", "attempts"],
    ["attemtps", "attempts"],
    ["Base_MS", "base_ms"],
    ["basems", "base_ms"],
    ["lml", "llm"],
    ["limit", "limits"],
    ["journal", null],
    ["", null],
  ];
  for (const [word, meant] of cases) assert.equal(nearest(word, keys), meant, word);
});

Deno.test("nearest() prefers fewer slips to an earlier place", () => {
  assert.equal(nearest("max_ns", ["mix_ns_", "max_ms"]), "max_ms");
});
