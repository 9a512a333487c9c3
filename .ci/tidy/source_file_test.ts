import assert from "node:assert/strict";
import { formatFault, isTest, lineAt } from "./source_file.ts";

Deno.test("lineAt() counts from 1 when the text has several lines", () => {
  assert.equal(lineAt("a\nb\nc", 0), 1);
  assert.equal(lineAt("a\nb\nc", 4), 3);
});

Deno.test("isTest() takes tests, benches and contract suites, and nothing else", () => {
  assert.ok(isTest("runtime/a_test.ts"));
  assert.ok(isTest("runtime/a_bench.ts"));
  assert.ok(isTest("runtime/journal/contract.ts"));
  assert.ok(isTest("runtime/journal/lease_contract.ts"));
  assert.ok(!isTest("runtime/test.ts"));
  assert.ok(!isTest("runtime/subcontract.ts"));
});

Deno.test("formatFault() names the line when it is known", () => {
  assert.equal(formatFault({ path: "a.ts", line: 3, message: "Bad" }), "a.ts:3: Bad");
  assert.equal(formatFault({ path: "a.ts", message: "Bad" }), "a.ts: Bad");
});
