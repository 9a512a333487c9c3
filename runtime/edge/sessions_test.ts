import assert from "node:assert/strict";
import { JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import { at } from "./fake_node.ts";
import { answer, testEdge } from "./testing.ts";

const SESSIONS = "/api/v1/sessions";

Deno.test("POST sessions starts one with the built-in agent and says where it is", async () => {
  const { call } = await testEdge();
  const { status, headers, body } = await call("POST", SESSIONS, { metadata: { user: "ann" } });
  assert.equal(status, 201);
  assert.match(body.id, /^ses_/);
  assert.equal(headers.get("location"), `${SESSIONS}/${body.id}`);
  const { id: _, bytes, ...rest } = body;
  assert.ok(bytes > 0);
  assert.deepEqual(rest, {
    agent: "assistant",
    agent_version: 1,
    status: "idle",
    seq: 1,
    created_at: "2023-11-14T22:13:20.000Z",
    updated_at: "2023-11-14T22:13:20.000Z",
    metadata: { user: "ann" },
    parent: null,
    usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    turns: 0,
    queued: 0,
  });
  assert.deepEqual((await call("GET", `${SESSIONS}/${body.id}`)).body, body);
});

Deno.test("POST sessions needs no body", async () => {
  const { call } = await testEdge();
  assert.equal((await call("POST", SESSIONS)).status, 201);
});

Deno.test("POST sessions refuses a value that is nested too deep, wherever it is", async () => {
  const { api, call } = await testEdge();
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  const send = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const response = await api.request(SESSIONS, { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  };
  const kept = await send(`{"id":"s","metadata":{"x":${nested(JSON_DEPTH_MAX)}}}`);
  assert.equal(kept.status, 201);
  assert.deepEqual((await call("GET", `${SESSIONS}/s`)).body.metadata, kept.body.metadata);
  for (const levels of [JSON_DEPTH_MAX + 1, 100_000]) {
    for (const member of ["metadata", "id"]) {
      const value = member === "id" ? nested(levels) : `{"x":${nested(levels)}}`;
      const { status, body } = await send(`{"${member}":${value}}`);
      assert.equal(status, 422);
      assert.match(body.detail, /found more than 64 levels of arrays and objects$/);
    }
  }
});

Deno.test("POST sessions takes an id once", async () => {
  const { call } = await testEdge();
  assert.equal((await call("POST", SESSIONS, { id: "mine:1" })).body.id, "mine:1");
  const { status, body } = await call("POST", SESSIONS, { id: "mine:1" });
  assert.equal(status, 409);
  assert.equal(body.code, "session_exists");
});

Deno.test("POST sessions refuses ids that cannot be a segment of a path", async () => {
  const { call } = await testEdge();
  for (const id of ["", ".", "..", "a/b", "ü", "x".repeat(129)]) {
    const { status, body } = await call("POST", SESSIONS, { id });
    assert.equal(status, 422, id);
    assert.equal(body.errors[0].path, "body.id");
  }
});

Deno.test("POST sessions repeated with its key gives the same session and starts no other", async () => {
  const { call, node } = await testEdge();
  const key = { "idempotency-key": "k" };
  const first = await call("POST", SESSIONS, {}, key);
  const second = await call("POST", SESSIONS, {}, key);
  assert.deepEqual([second.status, second.body], [201, first.body]);
  assert.equal(first.headers.get("idempotency-replayed"), null);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  assert.equal(node.actors.size, 1);
  assert.notEqual(
    (await call("POST", SESSIONS, {}, { "idempotency-key": "l" })).body.id,
    first.body.id,
  );
});

Deno.test("POST sessions takes a key for the session that is named: another id is another request", async () => {
  const { call, node } = await testEdge();
  const key = { "idempotency-key": "k" };
  const first = await call("POST", SESSIONS, { id: "a" }, key);
  const again = await call("POST", SESSIONS, { id: "a" }, key);
  assert.deepEqual([again.status, again.body], [201, first.body]);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  const changed = await call("POST", SESSIONS, { id: "a", metadata: { x: 1 } }, key);
  assert.deepEqual([changed.status, changed.body.code], [422, "idempotency_key_reused"]);
  const other = await call("POST", SESSIONS, { id: "b" }, key);
  assert.deepEqual([other.status, other.body.id], [201, "b"]);
  assert.equal(other.headers.get("idempotency-replayed"), null);
  const causes = [...node.actors.values()].map(({ events }) => events[0]?.cause);
  assert.equal(new Set(causes).size, 2);
});

Deno.test("POST sessions pins the newest version of the agent it names", async () => {
  const { call, node } = await testEdge();
  await call("PUT", "/api/v1/agents/poet", { system: "Rhyme." });
  await call("PUT", "/api/v1/agents/poet", { system: "Rhyme well." });
  const { body } = await call("POST", SESSIONS, { agent: "poet" });
  assert.deepEqual([body.agent, body.agent_version], ["poet", 2]);
  assert.equal(node.actors.get(body.id)?.state.agent?.spec.system, "Rhyme well.");
  const unknown = await call("POST", SESSIONS, { agent: "nobody" });
  assert.deepEqual([unknown.status, unknown.body.code], [404, "agent_not_found"]);
});

Deno.test("POST sessions refuses metadata beyond the limit", async () => {
  const { call } = await testEdge({ limits: { metadata_bytes: 256 } });
  const { status, body } = await call("POST", SESSIONS, { metadata: { text: "x".repeat(256) } });
  assert.deepEqual([status, body.code, body.limit], [413, "payload_too_large", 256]);
});

Deno.test("GET sessions gives pages, filtered by status and agent", async () => {
  const { call } = await testEdge();
  await call("PUT", "/api/v1/agents/poet", {});
  for (const id of ["a", "b", "c"]) await call("POST", SESSIONS, { id });
  await call("POST", SESSIONS, { id: "d", agent: "poet" });
  await call("DELETE", `${SESSIONS}/b`);
  const ids = async (query: string) =>
    (await call("GET", `${SESSIONS}${query}`)).body.items.map(({ id }: { id: string }) => id);
  assert.deepEqual(await ids(""), ["a", "b", "c", "d"]);
  assert.deepEqual(await ids("?status=closed"), ["b"]);
  assert.deepEqual(await ids("?agent=poet"), ["d"]);
  const first = await call("GET", `${SESSIONS}?limit=3`);
  assert.deepEqual(await ids(`?limit=3&cursor=${first.body.next}`), ["d"]);
});

Deno.test("GET sessions refuses a limit out of range and a parameter it does not know", async () => {
  const { call } = await testEdge();
  for (const [query, path] of [["limit=0", "query.limit"], ["limit=201", "query.limit"]]) {
    const { status, body } = await call("GET", `${SESSIONS}?${query}`);
    assert.deepEqual([status, body.errors[0].path], [422, path]);
  }
  const unknown = await call("GET", `${SESSIONS}?agnet=poet`);
  assert.equal(unknown.status, 422);
  assert.match(unknown.body.detail, /agnet/);
});

Deno.test("DELETE session closes it, also a second time", async () => {
  const { call } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  const first = await call("DELETE", `${SESSIONS}/s`);
  const second = await call("DELETE", `${SESSIONS}/s`);
  assert.deepEqual([first.status, first.body.status, first.body.seq], [200, "closed", 2]);
  assert.deepEqual([second.status, second.body], [200, first.body]);
});

Deno.test("every route of a session answers 404 when there is none", async () => {
  const { call } = await testEdge();
  const calls = [
    ["GET", ""],
    ["DELETE", ""],
    ["POST", "/cancel"],
    ["POST", "/fork"],
    ["GET", "/state"],
    ["GET", "/events"],
  ] as const;
  for (const [method, path] of calls) {
    const { status, body } = await call(method, `${SESSIONS}/none${path}`);
    assert.deepEqual([status, body.code], [404, "session_not_found"], `${method} ${path}`);
  }
});

Deno.test("POST cancel ends the running turn, and is refused when none runs", async () => {
  const { call, node } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  await call("POST", `${SESSIONS}/s/messages`, { content: "hi" });
  const { status, body } = await call("POST", `${SESSIONS}/s/cancel`, { reason: "enough" });
  assert.deepEqual([status, body.status], [200, "idle"]);
  const last = node.actors.get("s")?.events.at(-1);
  assert.deepEqual(last?.payload, { turn: 1, reason: "enough", open_approvals: [] });
  const again = await call("POST", `${SESSIONS}/s/cancel`);
  assert.deepEqual([again.status, again.body.code], [409, "turn_not_running"]);
});

Deno.test("GET state gives the state after any event, and names the range beyond it", async () => {
  const { call } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  await call("POST", `${SESSIONS}/s/messages`, { content: "hi" });
  const early = (await call("GET", `${SESSIONS}/s/state?seq=1`)).body;
  assert.deepEqual([early.seq, early.hash, early.state.turn], [1, "hash_1", null]);
  const now = (await call("GET", `${SESSIONS}/s/state`)).body;
  assert.deepEqual([now.seq, now.state.turn.number], [3, 1]);
  const beyond = await call("GET", `${SESSIONS}/s/state?seq=4`);
  assert.deepEqual([beyond.status, beyond.body.code], [404, "seq_not_found"]);
  assert.deepEqual([beyond.body.first, beyond.body.last], [1, 3]);
});

Deno.test("POST fork starts a session from a past state of another", async () => {
  const { call, node } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  await call("POST", `${SESSIONS}/s/messages`, { content: "hi" });
  await node.submit(at("s"), answer("llm_3", "hello"));
  await call("POST", `${SESSIONS}/s/messages`, { content: "more" });
  const { status, headers, body } = await call("POST", `${SESSIONS}/s/fork`, {
    seq: 5,
    metadata: { why: "try" },
  });
  assert.equal(status, 201);
  assert.equal(headers.get("location"), `${SESSIONS}/${body.id}`);
  assert.deepEqual(body.metadata, { why: "try" });
  const first = node.actors.get(body.id)?.events[0]?.payload as Record<string, unknown>;
  assert.deepEqual(first.from, { id: "s", seq: 5, hash: "hash_5" });
  assert.equal(node.actors.get(body.id)?.state.transcript.length, 2);
  const beyond = await call("POST", `${SESSIONS}/s/fork`, { seq: 99 });
  assert.deepEqual([beyond.status, beyond.body.code], [404, "seq_not_found"]);
});

Deno.test("POST fork repeated with its key gives the same fork, though the source has moved on", async () => {
  const { call } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  const key = { "idempotency-key": "k" };
  const first = await call("POST", `${SESSIONS}/s/fork`, undefined, key);
  await call("POST", `${SESSIONS}/s/messages`, { content: "hi" });
  const second = await call("POST", `${SESSIONS}/s/fork`, undefined, key);
  assert.equal(second.body.id, first.body.id);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
});
