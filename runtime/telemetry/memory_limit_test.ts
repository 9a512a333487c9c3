import assert from "node:assert/strict";
import { memoryLimitBytes, systemMemoryLimitBytes } from "./memory_limit.ts";

Deno.test("memoryLimitBytes() is the control group's limit when that is one", () => {
  const machine = 16 * 2 ** 30;
  const cases: [number, number][] = [
    [4 * 2 ** 30, 4 * 2 ** 30],
    [0, machine],
    // What version 1 says when there is no limit, and version 2 by way of Deno.
    [9_223_372_036_854_771_712, machine],
    [2 ** 64, machine],
    [machine, machine],
  ];
  for (const [constrained, limit] of cases) {
    assert.equal(memoryLimitBytes(constrained, machine), limit);
  }
});

Deno.test("systemMemoryLimitBytes() is at most the machine's memory", () => {
  const limit = systemMemoryLimitBytes();
  assert.ok(limit > 0 && limit <= Deno.systemMemoryInfo().total, String(limit));
});
