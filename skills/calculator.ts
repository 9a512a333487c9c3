/**
 * The built-in skill `calculator`.
 *
 * @module
 */
import { z } from "zod";
import { evaluateExpression, EXPRESSION_CHARS_MAX } from "./expression.ts";
import { defineSkill, type Skill } from "./skill.ts";

/** Significant digits of a result: beyond them binary fractions show (0.1 + 0.2). */
const DIGITS = 15;

/** Makes the skill `calculator`. */
export function calculatorSkill(): Skill {
  return defineSkill({
    name: "calculator",
    description:
      "Evaluates an arithmetic expression exactly to 15 digits. Knows + - * / % ^, parentheses, pi, e, and functions such as sqrt, round, min, max, ln, log10, sin (radians).",
    input: z.strictObject({
      expression: z.string().min(1).max(EXPRESSION_CHARS_MAX)
        .describe("Such as 2 * (3 + sqrt(16))"),
    }),
    output: z.object({ result: z.number() }),
    risk: 0,
    idempotent: true,
    run: ({ expression }) => ({ result: rounded(evaluateExpression(expression)) }),
  });
}

function rounded(value: number): number {
  return Number.isSafeInteger(value) ? value + 0 : Number(value.toPrecision(DIGITS));
}
