import assert from "node:assert/strict";
import { ManualClock } from "../manual_clock.ts";
import { ask, assertFails, testModelProvider } from "./contract.ts";
import { createOpenAi } from "./openai.ts";
import { type Connect, stageOnWire, testWireFaults, wire, WIRE_NOW } from "./wire_contract.ts";
import { inOrder, saying, type WireServer } from "./wire_server.ts";

const options = {
  name: "openai",
  default_model: "small",
  api_key: "the-key",
  clock: new ManualClock(WIRE_NOW),
};
const connect: Connect = (server: WireServer) =>
  createOpenAi({ ...options, base_url: server.openAiUrl });

testModelProvider("createOpenAi()", (scene) => stageOnWire(connect, scene));
testWireFaults("createOpenAi()", connect);

Deno.test("createOpenAi() sends the whole window in OpenAI's format", async () => {
  await using staged = wire(connect, inOrder(saying("ok")));
  await ask(staged, {
    after: [
      {
        role: "assistant",
        text: "",
        calls: [
          { id: "c.1", skill: "calculator", input: { expression: "6*7" } },
          { id: "c.2", skill: "no such", input: "{oops" },
        ],
      },
      { role: "tool", call_id: "c.1", content: "42", failed: false },
      { role: "tool", call_id: "c.2", content: "unknown skill", failed: true },
    ],
  }).answer;
  const { headers, body } = staged.server.requests[0]!;
  assert.equal(headers.get("authorization"), "Bearer the-key");
  const { messages, tools, ...rest } = body;
  assert.deepEqual(rest, {
    model: "small",
    max_tokens: 1000,
    temperature: 0.5,
    stream: true,
    stream_options: { include_usage: true },
  });
  const call = (id: string, name: string, text: string) => ({
    id,
    type: "function",
    function: { name, arguments: text },
  });
  assert.deepEqual(messages, [
    { role: "system", content: "You are terse." },
    { role: "user", content: "hello" },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        call("call_1", "calculator", '{"expression":"6*7"}'),
        call("call_2", "no_such", '{"unreadable":"{oops"}'),
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "42" },
    { role: "tool", tool_call_id: "call_2", content: "unknown skill" },
  ]);
  assert.deepEqual(tools[1], {
    type: "function",
    function: {
      name: "clock",
      description: "The clock.",
      parameters: { type: "object", properties: {} },
    },
  });
});

Deno.test("createOpenAi() bounds the answer by the name that OpenAI itself wants", async () => {
  const bodies: Record<string, unknown>[] = [];
  const provider = createOpenAi({
    ...options,
    base_url: null,
    fetch: (input, init) => {
      bodies.push({ url: String(input), ...JSON.parse(String(init?.body)) });
      return Promise.reject(new TypeError("not connected"));
    },
  });
  await assertFails(
    ask({ provider, cue: "hello" }).answer,
    { kind: "connection", retryable: true },
    /not connected/,
  );
  const [body] = bodies;
  assert.equal(body?.url, "https://api.openai.com/v1/chat/completions");
  assert.equal(body?.max_completion_tokens, 1000);
  assert.equal(body?.max_tokens, undefined);
});

Deno.test("createOpenAi() needs a key for OpenAI, and none for a server of one's own", async () => {
  const { answer } = ask({
    provider: createOpenAi({ ...options, api_key: null, base_url: null }),
    cue: "hello",
  });
  await assertFails(
    answer,
    { kind: "configuration", retryable: false },
    /no API key, wanted llm\.providers\.openai\.api_key/,
  );
  const keyless: Connect = (server) =>
    createOpenAi({ ...options, api_key: null, base_url: server.openAiUrl });
  await using staged = wire(keyless, inOrder(saying("ok")));
  await ask(staged).answer;
  assert.equal(staged.server.requests[0]?.headers.get("authorization"), null);
});

Deno.test("createOpenAi() names why an answer ended", async () => {
  const reasons = { length: "length", content_filter: "filter", stop: "stop", eos: "stop" };
  for (const [reason, wanted] of Object.entries(reasons)) {
    await using staged = wire(connect, inOrder({ ...saying("so"), reason }));
    assert.equal((await ask(staged).answer).finish_reason, wanted);
  }
});
