import assert from "node:assert/strict";
import { visible } from "./visible.ts";

Deno.test("visible() writes out what ends a line, steers a terminal or turns the direction", () => {
  const cases: [string, string][] = [
    ["a\nb\r\nc\td", "a\\nb\\r\\nc\\td"],
    ["\u001b[31mred\u009b0m\u007f\0", "\\u001b[31mred\\u009b0m\\u007f\\u0000"],
    ["a\u2028b\u2029\u202egnp\u2066x", "a\\u2028b\\u2029\\u202egnp\\u2066x"],
    ["Grüße, 日本 👩‍👩‍👧 \\n", "Grüße, 日本 👩‍👩‍👧 \\n"],
  ];
  for (const [text, shown] of cases) assert.equal(visible(text), shown);
});

Deno.test("visible() leaves what it is told to keep", () => {
  assert.equal(visible("a\n\tb\r", "\n\t"), "a\n\tb\\r");
});
