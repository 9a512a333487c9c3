import assert from "node:assert/strict";
import { AnthropicAnswer } from "./anthropic_answer.ts";

const start = {
  type: "message_start",
  message: {
    model: "answering",
    usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 1 },
  },
};
const end = [
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 25 } },
  { type: "message_stop" },
];

function fold(...events: unknown[]) {
  const answer = new AnthropicAnswer("anthropic", "asked");
  for (const one of events) answer.add(one);
  return answer.finish();
}

Deno.test("AnthropicAnswer counts cached input, and later counts replace earlier ones", () => {
  const { model, input_tokens, output_tokens } = fold(start, ...end);
  assert.deepEqual([model, input_tokens, output_tokens], ["answering", 100, 25]);
});

Deno.test("AnthropicAnswer passes over events and blocks that it does not know", () => {
  const block = (type: string, delta: Record<string, unknown>) => [
    { type: "content_block_start", index: 0, content_block: { type } },
    { type: "content_block_delta", index: 0, delta },
  ];
  const { text, calls } = fold(
    start,
    { type: "brand_new_event", anything: true },
    ...block("thinking", { type: "thinking_delta", thinking: "hm" }),
    ...block("text", { type: "text_delta", text: "hi" }),
    ...end,
  );
  assert.equal(text, "hi");
  assert.deepEqual(calls, []);
});

Deno.test("AnthropicAnswer takes a call's input that comes whole", () => {
  const content_block = { type: "tool_use", name: "clock", input: { zone: "UTC" } };
  const { calls } = fold(start, { type: "content_block_start", index: 0, content_block }, ...end);
  assert.deepEqual(calls, [{ skill: "clock", input: { zone: "UTC" }, problem: null }]);
});

Deno.test("AnthropicAnswer is not whole without message_stop", () => {
  assert.throws(() => fold(start, end[0]), /broke off its answer/);
});
