import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluateExpression as evaluate } from "./expression.ts";

Deno.test("evaluateExpression() follows precedence and associativity", () => {
  const cases: readonly [string, number][] = [
    ["6*7", 42],
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["10 - 3 - 2", 5],
    ["7 % 4 * 2", 6],
    ["2^3^2", 512],
    ["2**3**2", 512],
    ["-2^2", -4],
    ["2^-1", 0.5],
    ["--3 + +4", 7],
    [" 1.5e3 + .5 ", 1500.5],
    ["5.", 5],
    ["max(1, 2, 3) + min(4, 5)", 7],
    ["sqrt(16) + abs(-2) + ln(e)", 7],
    ["round(pi * 100) / 100", 3.14],
  ];
  for (const [text, value] of cases) assert.equal(evaluate(text), value, text);
});

Deno.test("evaluateExpression() says where an expression is wrong and what was wanted", () => {
  const cases: readonly [string, RegExp][] = [
    ["", /has the end at character 1, wanted a number/],
    ["2 +", /has the end at character 4, wanted a number/],
    ["2 3", /has "3" at character 3, wanted an operator/],
    ["(1", /has the end at character 3, wanted \)/],
    ["1)", /has "\)" at character 2/],
    ["2 $ 3", /has "\$" at character 3/],
    ["sqrt(1, 2)", /gives sqrt 2 arguments, wanted 1/],
    ["constructor(1)", /has "constructor" at character 1, wanted one of pi, e, abs/],
    ["sqrt", /has the end at character 5, wanted \(/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => evaluate(text), { name: "SyntaxError", message }, text);
  }
});

Deno.test("evaluateExpression() refuses values that are not finite, and excess", () => {
  assert.throws(() => evaluate("1 / 0"), /divides by zero/);
  assert.throws(() => evaluate("5 % (1 - 1)"), /divides by zero/);
  assert.throws(() => evaluate("sqrt(-1)"), /no finite value: it is NaN/);
  assert.throws(() => evaluate("9^9^9"), /no finite value/);
  assert.throws(() => evaluate("1".repeat(1001)), /1001 characters, wanted at most 1000/);
  assert.throws(() => evaluate("(".repeat(400) + "1" + ")".repeat(400)), /nests deeper than 100/);
  assert.throws(() => evaluate("-".repeat(900) + "1"), /nests deeper than 100/);
  assert.throws(() => evaluate("2^".repeat(400) + "1"), /nests deeper than 100/);
});

Deno.test("evaluateExpression() throws nothing but its own errors, whatever it is given", () => {
  const piece = fc.constantFrom(
    "1",
    "2.5",
    "+",
    "-",
    "*",
    "/",
    "^",
    "(",
    ")",
    ",",
    "max",
    "pi",
    " ",
    "e",
    "$",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
    try {
      assert.ok(Number.isFinite(evaluate(pieces.join(""))));
    } catch (error) {
      assert.ok(error instanceof SyntaxError || error instanceof RangeError, String(error));
      assert.match((error as Error).message, /^Expression /);
    }
  }));
});
