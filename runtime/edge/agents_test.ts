import assert from "node:assert/strict";
import { testEdge } from "./testing.ts";

const POET = "/api/v1/agents/poet";

Deno.test("PUT agent stores a version with its defaults, and GET gives the newest", async () => {
  const { call } = await testEdge();
  const first = await call("PUT", POET, { system: "Rhyme.", model: "demo/small" });
  assert.deepEqual([first.status, first.body.version, first.body.warnings], [200, 1, []]);
  assert.equal(first.body.spec.max_steps, 32);
  await call("PUT", POET, { system: "Rhyme well." });
  const { body } = await call("GET", POET);
  assert.deepEqual([body.version, body.spec.system], [2, "Rhyme well."]);
  const names = (await call("GET", "/api/v1/agents")).body.items;
  assert.deepEqual(names.map(({ name }: { name: string }) => name), ["assistant", "poet", "poet"]);
});

Deno.test("PUT agent refuses models of providers that there are none of, naming those that are", async () => {
  const { call, node } = await testEdge();
  const { status, body } = await call("PUT", POET, {
    model: "demo",
    fallbacks: ["demo/x", "opnai/y"],
  });
  assert.equal(status, 422);
  assert.deepEqual(body.errors, [
    { path: "body.fallbacks.1", message: 'No provider is named "opnai", wanted one of demo' },
  ]);
  assert.equal(node.stored.length, 1);
});

Deno.test("PUT agent warns of skills that there are none of", async () => {
  const { call } = await testEdge();
  const { status, body } = await call("PUT", POET, { skills: ["send_mail", "fly"] });
  assert.equal(status, 200);
  assert.deepEqual(body.warnings, [
    "No skill is named fly, so the agent cannot call it until there is one",
  ]);
});

Deno.test("PUT agent names each fault of a definition", async () => {
  const { call } = await testEdge();
  const { status, body } = await call("PUT", POET, { max_steps: 0, sytem: "typo" });
  assert.equal(status, 422);
  assert.deepEqual(body.errors.map(({ path }: { path: string }) => path), [
    "body.max_steps",
    "body",
  ]);
  assert.match(body.errors[0].message, /found 0$/);
  assert.match(body.errors[1].message, /sytem/);
  assert.equal((await call("PUT", "/api/v1/agents/Po%20et", {})).body.errors[0].path, "path.name");
});

Deno.test("GET agent answers 404 for one that does not exist", async () => {
  const { call } = await testEdge();
  const { status, body } = await call("GET", POET);
  assert.deepEqual([status, body.code], [404, "agent_not_found"]);
});

Deno.test("GET skills lists manifests, and the files that could not be loaded", async () => {
  const { call } = await testEdge();
  const { body } = await call("GET", "/api/v1/skills");
  assert.deepEqual(body.items.map(({ name }: { name: string }) => name), ["send_mail"]);
  assert.deepEqual(body.faults, [{ file: "broken.ts", reason: "no default export" }]);
});

Deno.test("POST retry of a dead letter wakes its actor", async () => {
  const { call, node } = await testEdge();
  const address = { tenant: "default", type: "session", id: "s" };
  const letter = {
    id: "dl_1",
    address,
    command_id: "c",
    command: { type: "x" },
    sender: "api",
    error: "boom",
    attempts: 5,
    at: 0,
    status: "open",
  } as const;
  node.letters.push(letter);
  const { address: _, ...rest } = letter;
  const body = { ...rest, actor: "session/s", at: "1970-01-01T00:00:00.000Z" };
  assert.deepEqual((await call("GET", "/api/v1/dead-letters")).body, { items: [body], next: null });
  const retried = await call("POST", "/api/v1/dead-letters/dl_1/retry");
  assert.deepEqual([retried.status, retried.body], [202, body]);
  assert.deepEqual(node.notified, [address]);
  const none = await call("POST", "/api/v1/dead-letters/dl_2/retry");
  assert.deepEqual([none.status, none.body.code], [404, "dead_letter_not_found"]);
});

Deno.test("PUT agents takes half of a surrogate pair as every other text is taken", async () => {
  const { call } = await testEdge();
  const put = await call("PUT", "/api/v1/agents/odd", { system: "\ud800 alone" });
  assert.deepEqual([put.status, put.body.spec.system], [200, "\ufffd alone"]);
});
