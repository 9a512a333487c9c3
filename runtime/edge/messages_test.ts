import assert from "node:assert/strict";
import { at } from "./fake_node.ts";
import { answer, testEdge } from "./testing.ts";

type TestEdge = Awaited<ReturnType<typeof testEdge>>;

const MESSAGES = "/api/v1/sessions/s/messages";

async function withSession(): Promise<TestEdge> {
  const edge = await testEdge();
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  return edge;
}

async function settle({ node }: TestEdge): Promise<void> {
  for (let i = 0; i < 20; i++) await node.clock.yield();
}

Deno.test("POST messages stores the message and answers 202 with its id", async () => {
  const edge = await withSession();
  const { status, body } = await edge.call("POST", MESSAGES, { content: "hi" });
  assert.equal(status, 202);
  assert.match(body.id, /^msg_/);
  assert.equal(body.status, "accepted");
  assert.equal(edge.node.actors.get("s")?.events.length, 3);
});

Deno.test("POST messages with wait answers 200 with the reply of the message's turn", async () => {
  const edge = await withSession();
  const waiting = edge.call("POST", `${MESSAGES}?wait=30s`, { content: "hi" });
  await settle(edge);
  await edge.node.submit(at("s"), answer("llm_3", "hello"));
  const { status, body } = await waiting;
  assert.equal(status, 200);
  const { id, ...rest } = body;
  assert.match(id, /^msg_/);
  assert.deepEqual(rest, {
    session: "s",
    turn: 1,
    outcome: "completed",
    reply: "hello",
    error: null,
  });
  assert.equal(edge.node.live.open, 0);
  assert.equal(edge.node.clock.sleeping, 0);
});

Deno.test("POST messages with wait answers 202 when the time is up, and cuts it to the limit", async () => {
  const edge = await testEdge({ limits: { wait_ms: 1000 } });
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  const waiting = edge.call("POST", `${MESSAGES}?wait=10m`, { content: "hi" });
  await settle(edge);
  await edge.node.clock.advance(1000);
  const { status, body } = await waiting;
  assert.equal(status, 202);
  assert.equal(body.status, "accepted");
  assert.equal(edge.node.live.open, 0);
});

Deno.test("POST messages with wait finds the reply in the journal when the live stream has lost it", async () => {
  const edge = await withSession();
  const waiting = edge.call("POST", `${MESSAGES}?wait=30s`, { content: "hi" });
  await settle(edge);
  edge.node.live.losing = true;
  await edge.node.submit(at("s"), answer("llm_3", "hello"));
  const { status, body } = await waiting;
  assert.deepEqual([status, body.outcome, body.reply], [200, "completed", "hello"]);
  assert.equal(edge.node.live.open, 0);
  assert.equal(edge.node.clock.sleeping, 0);
});

Deno.test("POST messages with wait takes a place among the watchers, and gives it back", async () => {
  const edge = await testEdge({ limits: { watchers: 1 } });
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  const key = { "idempotency-key": "k1" };
  const waiting = edge.call("POST", `${MESSAGES}?wait=30s`, { content: "one" });
  await settle(edge);
  const refused = await edge.call("POST", `${MESSAGES}?wait=30s`, { content: "two" }, key);
  assert.deepEqual([refused.status, refused.body.code], [429, "rate_limited"]);
  assert.equal(refused.headers.get("retry-after"), "1");
  const headers = { accept: "text/event-stream" };
  assert.equal(
    (await edge.call("GET", "/api/v1/sessions/s/events", undefined, headers)).status,
    429,
  );
  assert.equal((await edge.call("POST", MESSAGES, { content: "three" })).status, 202);
  const contents = () =>
    edge.node.actors.get("s")?.events.filter(({ type }) => type === "message.received")
      .map(({ payload }) => (payload as { content: string }).content);
  assert.deepEqual(contents(), ["one", "three"]);
  await edge.node.submit(at("s"), answer("llm_3", "hello"));
  assert.equal((await waiting).status, 200);
  const missing = "/api/v1/sessions/none/messages?wait=1s";
  assert.equal((await edge.call("POST", missing, { content: "hi" })).status, 404);
  const again = edge.call("POST", `${MESSAGES}?wait=1s`, { content: "two" }, key);
  await settle(edge);
  await edge.node.clock.advance(1000);
  assert.equal((await again).status, 202);
  assert.deepEqual(contents(), ["one", "three", "two"]);
});

Deno.test("POST messages with wait answers 200 with the reason when the turn failed", async () => {
  const edge = await withSession();
  const waiting = edge.call("POST", `${MESSAGES}?wait=5`, { content: "hi" });
  await settle(edge);
  const error = { code: "model_failed", message: "no provider answered" };
  await edge.node.submit(at("s"), { type: "llm.fail", call_id: "llm_3", error, attempts: 3 });
  const { status, body } = await waiting;
  assert.equal(status, 200);
  assert.deepEqual([body.outcome, body.reply, body.error], ["failed", null, error]);
});

Deno.test("POST messages with wait answers 202 at once when the turn asks a person", async () => {
  const edge = await withSession();
  const waiting = edge.call("POST", `${MESSAGES}?wait=30s`, { content: "mail them" });
  await settle(edge);
  await edge.node.submit(at("s"), answer("llm_3", "", ["send_mail", "send_mail"]));
  const { status, body } = await waiting;
  assert.equal(status, 202);
  assert.equal(body.status, "waiting");
  assert.deepEqual(body.approvals, [...edge.node.asked.keys()]);
  assert.equal(body.approvals.length, 2);
});

Deno.test("POST messages repeated with its key gives the same id and the reply from the journal", async () => {
  const edge = await withSession();
  const key = { "idempotency-key": "k1" };
  const first = await edge.call("POST", MESSAGES, { content: "hi" }, key);
  await edge.node.submit(at("s"), answer("llm_3", "hello"));
  edge.node.live.keptFrom = { seq: 1000, n: 0 };
  const second = await edge.call("POST", `${MESSAGES}?wait=1s`, { content: "hi" }, key);
  assert.equal(second.status, 200);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  assert.equal(second.body.id, first.body.id);
  assert.equal(second.body.reply, "hello");
  assert.equal(edge.node.actors.get("s")?.events.length, 5);
});

Deno.test("POST messages refuses a key that was used with another body", async () => {
  const edge = await withSession();
  const key = { "idempotency-key": "k1" };
  await edge.call("POST", MESSAGES, { content: "hi" }, key);
  const { status, body } = await edge.call("POST", MESSAGES, { content: "ho" }, key);
  assert.equal(status, 422);
  assert.equal(body.code, "idempotency_key_reused");
});

Deno.test("POST messages answers 404 for a session that does not exist, waiting or not", async () => {
  const edge = await testEdge();
  for (const path of [MESSAGES, `${MESSAGES}?wait=1s`]) {
    const { status, body } = await edge.call("POST", path, { content: "hi" });
    assert.equal(status, 404);
    assert.equal(body.code, "session_not_found");
  }
});

Deno.test("POST messages refuses a message beyond the limit, counted in bytes", async () => {
  const edge = await testEdge({ limits: { message_bytes: 1024 } });
  await edge.call("POST", "/api/v1/sessions", { id: "s" });
  const { status, body } = await edge.call("POST", MESSAGES, { content: "é".repeat(513) });
  assert.equal(status, 413);
  assert.equal(body.limit, 1024);
  assert.equal((await edge.call("POST", MESSAGES, { content: "é".repeat(512) })).status, 202);
});

Deno.test("POST messages refuses a wait that is no duration, naming what is", async () => {
  const edge = await withSession();
  const { status, body } = await edge.call("POST", `${MESSAGES}?wait=soon`, { content: "hi" });
  assert.equal(status, 422);
  assert.equal(body.errors[0].path, "query.wait");
  assert.match(body.errors[0].message, /30s, 500ms, 2m.*found "soon"/);
});

Deno.test("POST messages passes on_busy to the session, which may refuse", async () => {
  const edge = await withSession();
  await edge.call("POST", MESSAGES, { content: "one" });
  const { status, body } = await edge.call("POST", MESSAGES, { content: "two", on_busy: "reject" });
  assert.equal(status, 409);
  assert.equal(body.code, "session_busy");
  assert.equal(body.turn, 1);
});
