import assert from "node:assert/strict";
import { BAD_REQUESTS, type BadRequest, SESSION } from "./bad_requests.ts";
import type { NodeProcess } from "./node_process.ts";
import { ask, eventsOf, openSession, payloads, send } from "./session_calls.ts";
import { Site } from "./site.ts";

/** What a node says about a request, as text to compare: a list of differences reads better than the first. */
async function answerTo(node: NodeProcess, request: BadRequest): Promise<string> {
  const { what, method, path, headers, body } = request;
  const response = await fetch(`${node.url}/api/v1${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json") {
    return `${what}: ${response.status}, no problem: ${text.slice(0, 100)}`;
  }
  const problem = JSON.parse(text);
  assert.equal(problem.status, response.status);
  assert.match(problem.request_id, /^req_/);
  assert.notEqual(problem.detail, "");
  return `${what}: ${problem.status} ${problem.code}`;
}

Deno.test("a node refuses each bad request for its own reason, and changes nothing", async () => {
  await using site = await Site.create();
  const node = await site.start();
  await openSession(node.client, SESSION);
  await send(node.client, SESSION, "hello", { key: "taken", query: { wait: "30s" } });
  const before = await eventsOf(node.client, SESSION);

  const answers = await Promise.all(BAD_REQUESTS.map((request) => answerTo(node, request)));
  assert.deepEqual(
    answers,
    BAD_REQUESTS.map(({ what, status, code }) => `${what}: ${status} ${code}`),
  );
  assert.deepEqual(await eventsOf(node.client, SESSION), before);
  const { items } = await node.client.list<{ id: string }>("/api/v1/sessions");
  assert.deepEqual(items.map(({ id }) => id), [SESSION]);
  assert.match(await ask(node.client, SESSION, "still there?"), /still there\?/);
  assert.doesNotMatch(node.log, /"level":"error"/, "a bad request is no error of the node");
});

Deno.test("a node outlives what is no HTTP, and clients that leave in the middle", async () => {
  await using site = await Site.create();
  const node = await site.start();
  const { hostname, port } = new URL(node.url);
  const heads = [
    "\x16\x03\x01\x02\x00\x01",
    "GET / HTTP/9.9\r\n\r\n",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
    "POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(100_000)}\r\n\r\n`,
  ];
  for (const head of heads) {
    using connection = await Deno.connect({ hostname, port: Number(port) });
    await connection.write(new TextEncoder().encode(head));
  }
  await openSession(node.client, "outlived");
  const leave = new AbortController();
  const waiting = fetch(`${node.url}/api/v1/sessions/outlived/messages?wait=30s`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ content: "/tokens 20\n/slow 50" }),
    signal: leave.signal,
  });
  leave.abort();
  await assert.rejects(waiting, { name: "AbortError" });
  assert.match(await ask(node.client, "outlived", "and now?"), /and now\?/);
});

Deno.test("a node keeps odd text as it is, and its journal verifies", async () => {
  await using site = await Site.create();
  const node = await site.start();
  const odd = [
    "\u0000",
    "\ud800 alone",
    "\u2028\u2029",
    "🙂".repeat(100),
    '"\\',
    "\r\n",
    "__proto__",
  ];
  await openSession(node.client, "odd");
  for (const content of odd) await send(node.client, "odd", content, { query: { wait: "30s" } });
  await node.kill();
  const next = await site.start();
  const received = payloads<{ content: string }>(
    await eventsOf(next.client, "odd"),
    "message.received",
  );
  assert.deepEqual(
    received.map(({ content }) => content),
    // Half of a surrogate pair has no byte form.
    odd.map((content) => content.toWellFormed()),
  );
  assert.equal((await site.run(["audit", "verify"], { node: next })).code, 0);
});
