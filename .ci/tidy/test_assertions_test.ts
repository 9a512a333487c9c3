import assert from "node:assert/strict";
import { testAssertions } from "./test_assertions.ts";

function passes(path: string, text: string): boolean {
  return testAssertions([{ path, text }]).length === 0;
}

Deno.test("testAssertions() takes a test that asserts", () => {
  assert.ok(passes("a_test.ts", 'import assert from "node:assert/strict";\n'));
  assert.ok(passes("a_test.ts", 'import { testJournal } from "../contract.ts";\n'));
  assert.ok(passes("a_test.ts", 'import { testLeases } from "../lease_contract.ts";\n'));
  assert.ok(passes("a_test.ts", 'import { given } from "../scenario.ts";\n'));
  assert.ok(passes("a_test.ts", 'import { testRehearsal } from "../test_rehearsal.ts";\n'));
});

Deno.test("testAssertions() refuses a test that cannot fail by itself", () => {
  assert.ok(!passes("a_test.ts", 'Deno.test("a", () => {});\n'));
  assert.ok(!passes("a_test.ts", 'import assert from "node:assert";\n'));
  assert.ok(!passes("a_test.ts", '// import assert from "node:assert/strict";\n'));
  assert.ok(!passes("a_test.ts", 'import type { Scenario } from "../scenario.ts";\n'));
});

Deno.test("testAssertions() asks nothing of other files", () => {
  assert.ok(passes("a.ts", ""));
});
