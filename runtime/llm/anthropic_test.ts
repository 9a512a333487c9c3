import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { createAnthropic } from "./anthropic.ts";
import { ask, assertFails, testModelProvider } from "./contract.ts";
import { type Connect, stageOnWire, testWireFaults, wire, WIRE_NOW } from "./wire_contract.ts";
import { inOrder, saying } from "./wire_server.ts";

const options = {
  name: "anthropic",
  default_model: "small",
  api_key: "the-key",
  clock: new ManualClock(WIRE_NOW),
};
const connect: Connect = (server) => createAnthropic({ ...options, base_url: server.anthropicUrl });

testModelProvider("createAnthropic()", (scene) => stageOnWire(connect, scene));
testWireFaults("createAnthropic()", connect);

Deno.test("createAnthropic() sends the whole window in Anthropic's format", async () => {
  await using staged = wire(connect, inOrder(saying("ok")));
  await ask(staged, {
    after: [
      {
        role: "assistant",
        text: " ",
        calls: [{ id: "c.1", skill: "calculator", input: { expression: "6*7" } }],
      },
      { role: "tool", call_id: "c.1", content: "out of time", failed: true },
      { role: "user", content: "and now?" },
    ],
  }).answer;
  const { headers, body } = staged.server.requests[0]!;
  assert.equal(headers.get("x-api-key"), "the-key");
  assert.equal(headers.get("anthropic-version"), "2023-06-01");
  const { tools, ...rest } = body;
  assert.deepEqual(rest, {
    model: "small",
    max_tokens: 1000,
    system: "You are terse.",
    temperature: 0.5,
    stream: true,
    messages: [
      { role: "user", content: [{ type: "text", text: "hello" }] },
      {
        role: "assistant",
        content: [{
          type: "tool_use",
          id: "call_1",
          name: "calculator",
          input: { expression: "6*7" },
        }],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "call_1", content: "out of time", is_error: true },
          { type: "text", text: "and now?" },
        ],
      },
    ],
  });
  assert.deepEqual(tools[1], {
    name: "clock",
    description: "The clock.",
    input_schema: { type: "object", properties: {} },
  });
});

Deno.test("createAnthropic() sends calls as text when no tools are offered", async () => {
  await using staged = wire(connect, inOrder(saying("ok")));
  await ask(staged, {
    tools: [],
    after: [
      { role: "assistant", text: "let me see", calls: [{ id: "1", skill: "clock", input: {} }] },
      { role: "tool", call_id: "1", content: "noon", failed: false },
    ],
  }).answer;
  const { messages, tools } = staged.server.requests[0]!.body;
  assert.equal(tools, undefined);
  assert.deepEqual(messages.slice(1), [
    { role: "assistant", content: [{ type: "text", text: "let me see\n[call clock {}]" }] },
    { role: "user", content: [{ type: "text", text: "[result: noon]" }] },
  ]);
});

Deno.test("createAnthropic() lets the user begin", async () => {
  await using staged = wire(connect, inOrder(saying("ok")));
  const after = [{ role: "assistant", text: "as I said", calls: [] }] as const;
  await ask({ provider: staged.provider, cue: " " }, { after }).answer;
  const { messages } = staged.server.requests[0]!.body;
  assert.deepEqual(messages.map(({ role }: { role: string }) => role), ["user", "assistant"]);
});

Deno.test("createAnthropic() names why an answer ended", async () => {
  const reasons = {
    max_tokens: "length",
    model_context_window_exceeded: "length",
    refusal: "filter",
    stop_sequence: "stop",
  };
  for (const [reason, wanted] of Object.entries(reasons)) {
    await using staged = wire(connect, inOrder({ ...saying("so"), reason }));
    assert.equal((await ask(staged).answer).finish_reason, wanted);
  }
});

Deno.test("createAnthropic() needs a key for Anthropic, and none for a server of one's own", async () => {
  const provider = createAnthropic({ ...options, api_key: null, base_url: null });
  await assertFails(
    ask({ provider, cue: "hello" }).answer,
    { kind: "configuration", retryable: false },
    /no API key/,
  );
  const keyless: Connect = (server) =>
    createAnthropic({ ...options, api_key: null, base_url: server.anthropicUrl });
  await using staged = wire(keyless, inOrder(saying("ok")));
  await ask(staged).answer;
  assert.equal(staged.server.requests[0]?.headers.get("x-api-key"), null);
});
