import assert from "node:assert/strict";
import { calculatorSkill } from "./calculator.ts";
import { idleContext } from "./testing.ts";

const result = (expression: string) => {
  const skill = calculatorSkill();
  const output = skill.run(skill.input.parse({ expression }), idleContext());
  return (output as { result: number }).result;
};

Deno.test("calculator() gives 42 for 6*7", () => assert.equal(result("6*7"), 42));

Deno.test("calculator() hides the binary fractions of decimal sums and keeps large integers", () => {
  assert.equal(result("0.1 + 0.2"), 0.3);
  assert.equal(result("2^53 - 1"), Number.MAX_SAFE_INTEGER);
  assert.ok(Object.is(result("0 * -1"), 0));
});

Deno.test("calculator() refuses an empty and an endless expression by its schema", () => {
  const { input } = calculatorSkill();
  assert.equal(input.safeParse({ expression: "" }).success, false);
  assert.equal(input.safeParse({ expression: "1+".repeat(600) + "1" }).success, false);
});
