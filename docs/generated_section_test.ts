import assert from "node:assert/strict";
import { readSection, writeSection } from "./generated_section.ts";

const DOCUMENT = "a\n\n<!-- x: generated -->\n\nold\n\n<!-- x: end -->\n\nb\n";

Deno.test("readSection() returns the text between the comments, or null without them", () => {
  assert.equal(readSection(DOCUMENT, "x"), "old");
  assert.equal(readSection(DOCUMENT, "y"), null);
});

Deno.test("writeSection() changes that part only, and takes the text as it is", () => {
  const changed = writeSection(DOCUMENT, "x", "costs $1 and $&");
  assert.equal(changed, DOCUMENT.replace("old", () => "costs $1 and $&"));
  assert.equal(writeSection(DOCUMENT, "y", "new"), DOCUMENT);
});
