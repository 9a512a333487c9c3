import assert from "node:assert/strict";
import { tidy } from "./tidy.ts";

Deno.test("tidy() applies every rule", () => {
  const files = [
    { path: "actors/a.ts", text: 'import { b } from "../runtime/b.ts";\n' },
    { path: "runtime/b.ts", text: 'import { c } from "./b.ts";\n' },
    { path: "runtime/utils.ts", text: "x\n".repeat(301) },
    { path: "runtime/c.ts", text: "// Not " + "implemented\n" },
    { path: "runtime/c_test.ts", text: "" },
  ];
  const messages = tidy(files).map(({ message }) => message);
  for (const rule of [/nothing from runtime/, /cycle/, /"utils"/, /301 lines/, /unfinished/]) {
    assert.ok(messages.some((message) => rule.test(message)), `${rule}`);
  }
  assert.ok(messages.some((message) => /Asserts nothing/.test(message)));
  assert.ok(messages.some((message) => /code fenced needs it/.test(message)));
  assert.ok(messages.some((message) => /code session_busy needs it/.test(message)));
});
