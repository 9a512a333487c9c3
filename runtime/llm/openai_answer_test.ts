import assert from "node:assert/strict";
import { OpenAiAnswer } from "./openai_answer.ts";

const chunk = (delta: unknown, finish_reason: string | null = null) => ({
  choices: [{ delta, finish_reason }],
});

function fold(...chunks: unknown[]) {
  const answer = new OpenAiAnswer("local", "asked");
  for (const one of chunks) answer.add(one);
  return answer.finish();
}

Deno.test("OpenAiAnswer reads calls that come whole and without an index", () => {
  const call = (id: string, name: string) => ({
    tool_calls: [{ id, function: { name, arguments: "{}" } }],
  });
  const { calls, finish_reason } = fold(
    chunk(call("a", "clock")),
    chunk(call("b", "files")),
    chunk({}, "stop"),
  );
  assert.deepEqual(calls.map(({ skill }) => skill), ["clock", "files"]);
  assert.equal(finish_reason, "tool_calls");
});

Deno.test("OpenAiAnswer keeps calls apart that share an index, and pieces together that repeat an id", () => {
  const piece = (id: string, name: string, text: string) =>
    chunk({ tool_calls: [{ index: 0, id, function: { name, arguments: text } }] });
  const { calls } = fold(
    piece("a", "clock", '{"zone":'),
    piece("a", "clock", '"UTC"}'),
    piece("b", "files", "{}"),
    chunk({}, "tool_calls"),
  );
  assert.deepEqual(calls.map(({ skill, input }) => [skill, input]), [
    ["clock", { zone: "UTC" }],
    ["files", {}],
  ]);
});

Deno.test("OpenAiAnswer takes a refusal for the answer's text", () => {
  const { text, finish_reason } = fold(chunk({ refusal: "I will not." }), chunk({}, "stop"));
  assert.deepEqual([text, finish_reason], ["I will not.", "filter"]);
});

Deno.test("OpenAiAnswer does without what small servers leave out", () => {
  const answer = fold({}, chunk(null), chunk({ content: "hi" }), chunk({}, "stop"));
  assert.equal(answer.model, "asked");
  assert.deepEqual([answer.input_tokens, answer.output_tokens], [0, 0]);
});
