import assert from "node:assert/strict";
import { inOrder, saying, type WireReply, WireServer } from "../llm/wire_server.ts";
import { eventsOf, openSession, payloads, send } from "./session_calls.ts";
import { Site } from "./site.ts";
import { Watcher } from "./watcher.ts";

const KEY = "sk-for-the-wire-only";

/** First the model calls the calculator, in pieces; then it speaks, in pieces. */
function script(): () => WireReply {
  const calls = [{ name: "calculator", pieces: ['{"expre', 'ssion":', '"6*7"}'] }];
  return inOrder({ kind: "stream", deltas: [], calls }, saying("It ", "is ", "42", "."));
}

/** A node whose only provider is that server; a turn on it, and what a watcher saw of it. */
async function converse(server: WireServer, env: Readonly<Record<string, string>>) {
  await using site = await Site.create({ env });
  const node = await site.start();
  const { client, url } = node;
  await openSession(client, "wired");
  await send(client, "wired", "What is six times seven?");
  const watcher = new Watcher();
  assert.ok(await watcher.watch(url, "wired"));
  assert.equal(server.requests.length, 2);
  assert.doesNotMatch(node.log, new RegExp(KEY));
  return { watcher, events: await eventsOf(client, "wired") };
}

interface Completed {
  readonly text: string;
  readonly provider: string;
  readonly model: string;
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
}

Deno.test("the official openai package streams an answer with a skill call through any OPENAI_BASE_URL", async () => {
  await using server = new WireServer(script());
  const { watcher, events } = await converse(server, {
    OPENAI_BASE_URL: server.openAiUrl,
    OPENAI_API_KEY: KEY,
    OPENAI_MODEL: "a-model",
  });
  assert.equal(watcher.pieces, 4, "it came in pieces");
  assert.deepEqual(watcher.answers.at(-1), { pieces: "It is 42.", text: "It is 42." });
  const completed = payloads<Completed>(events, "llm.completed");
  assert.deepEqual(completed.map(({ provider }) => provider), ["openai", "openai"]);
  assert.ok(completed.every(({ usage }) => usage.input_tokens > 0 && usage.output_tokens > 0));

  const [first, second] = server.requests;
  assert.equal(first?.headers.get("authorization"), `Bearer ${KEY}`);
  assert.deepEqual([first?.body.model, first?.body.stream], ["a-model", true]);
  const names = first?.body.tools.map((tool: { function: { name: string } }) => tool.function.name);
  assert.ok(names.includes("calculator"));
  const result = second?.body.messages.at(-1);
  assert.equal(result.role, "tool");
  assert.match(JSON.stringify(result.content), /42/);
  assert.equal(result.tool_call_id, second?.body.messages.at(-2).tool_calls[0].id);
});

Deno.test("the official anthropic package does the same through ANTHROPIC_BASE_URL", async () => {
  await using server = new WireServer(script());
  const { watcher, events } = await converse(server, {
    ANTHROPIC_BASE_URL: server.anthropicUrl,
    ANTHROPIC_API_KEY: KEY,
  });
  assert.equal(watcher.pieces, 4, "it came in pieces");
  assert.deepEqual(watcher.answers.at(-1), { pieces: "It is 42.", text: "It is 42." });
  const completed = payloads<Completed>(events, "llm.completed");
  assert.deepEqual(completed.map(({ provider }) => provider), ["anthropic", "anthropic"]);

  const [first, second] = server.requests;
  assert.equal(first?.headers.get("x-api-key"), KEY);
  assert.equal(first?.body.stream, true);
  const [result] = second?.body.messages.at(-1).content;
  assert.equal(result.type, "tool_result");
  assert.match(JSON.stringify(result.content), /42/);
});

Deno.test("a model that fails for a while is tried again, and its half answer is not kept", async () => {
  await using server = new WireServer(inOrder(
    { kind: "status", status: 503, message: "busy", headers: { "retry-after-ms": "20" } },
    { kind: "stream", deltas: ["half ", "of "], then: "cut" },
    saying("all ", "of ", "it"),
  ));
  await using site = await Site.create({
    config: { llm: { retry: { base_ms: 10 } } },
    env: { OPENAI_BASE_URL: server.openAiUrl },
  });
  const { client, url } = await site.start();
  await openSession(client, "broken");
  await send(client, "broken", "Go on");
  const watcher = new Watcher();
  assert.ok(await watcher.watch(url, "broken"));
  assert.deepEqual(watcher.answers, [{ pieces: "all of it", text: "all of it" }]);
  assert.equal(server.requests.length, 3);
});
