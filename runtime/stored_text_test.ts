import assert from "node:assert/strict";
import fc from "fast-check";
import { restoredText, storedText } from "./stored_text.ts";

Deno.test("storedText() leaves ordinary text as it is", () => {
  for (const text of ["", "cmd_1", "😀 é ẞ", "line\n\ttab", '"\\']) {
    assert.equal(storedText(text), text);
    assert.equal(restoredText(text), text);
  }
});

Deno.test("storedText() gives what Postgres can hold, and restoredText() gives it back", () => {
  const unit = fc.constantFrom("a", "0", "\0", "\u001a", "\ud83d", "\ude00", "😀");
  fc.assert(fc.property(fc.string({ unit }), (text) => {
    const stored = storedText(text);
    assert.ok(!stored.includes("\0") && stored.isWellFormed());
    assert.equal(restoredText(stored), text);
  }));
});
