import assert from "node:assert/strict";
import type { QuestionChange } from "../../../actors/behavior.ts";
import { lastQuestions } from "./question_changes.ts";

const ask = (id: string) => ({ op: "ask", id, kind: "k", details: null }) as const;
const settle = (id: string, outcome: string) =>
  ({ op: "settle", id, outcome, details: null }) as const;

function ends(...changes: QuestionChange[]) {
  const { asked, settled } = lastQuestions(changes);
  return {
    asked: asked.map(({ id, settle }) => [id, settle?.outcome ?? null]),
    settled: settled.map(({ id, outcome }) => [id, outcome]),
  };
}

Deno.test("lastQuestions() tells new questions from settlements of older ones", () => {
  assert.deepEqual(ends(ask("a"), settle("b", "deny"), ask("c")), {
    asked: [["a", null], ["c", null]],
    settled: [["b", "deny"]],
  });
});

Deno.test("lastQuestions() lets the last settlement win, and gives one of a new question with it", () => {
  assert.deepEqual(
    ends(ask("a"), settle("a", "x"), settle("a", "y"), settle("b", "x"), settle("b", "y")),
    {
      asked: [["a", "y"]],
      settled: [["b", "y"]],
    },
  );
});

Deno.test("lastQuestions() lets a settlement before its question change nothing", () => {
  assert.deepEqual(ends(settle("a", "x"), ask("a")), { asked: [["a", null]], settled: [] });
});
