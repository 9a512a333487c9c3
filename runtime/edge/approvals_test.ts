import assert from "node:assert/strict";
import { at } from "./fake_node.ts";
import { answer, testEdge } from "./testing.ts";

const APPROVALS = "/api/v1/approvals";

/** A session whose turn waits for approval of a mail. */
async function withQuestion(options: Parameters<typeof testEdge>[0] = {}) {
  const edge = await testEdge(options);
  await edge.node.submit(at("s"), {
    type: "session.create",
    agent: { name: "assistant", version: 1, spec: {} },
    metadata: {},
  });
  await edge.node.submit(at("s"), {
    type: "message.send",
    message_id: "m",
    content: "mail",
    on_busy: null,
  });
  await edge.node.submit(at("s"), answer("llm_3", "", ["send_mail"]));
  return { ...edge, id: [...edge.node.asked.keys()][0] ?? assert.fail() };
}

function lastStart({ node }: Awaited<ReturnType<typeof withQuestion>>) {
  const event = node.actors.get("s")?.events.findLast(({ type }) => type === "skill.started");
  return event?.payload as { input: unknown } | undefined;
}

Deno.test("GET approvals lists what is pending, and the rest when asked", async () => {
  const edge = await withQuestion();
  const { body } = await edge.call("GET", APPROVALS);
  const [approval] = body.items;
  const { call_id, requested_at, ...rest } = approval;
  assert.match(call_id, /^call_/);
  assert.equal(requested_at, "2023-11-14T22:13:20.000Z");
  assert.deepEqual(rest, {
    id: edge.id,
    session: "s",
    kind: "skill",
    skill: "send_mail",
    input: { to: "a@example.com" },
    risk: 4,
    status: "pending",
    decided_at: null,
    decision: null,
  });
  await edge.call("POST", `${APPROVALS}/${edge.id}`, { decision: "deny" });
  assert.deepEqual((await edge.call("GET", APPROVALS)).body.items, []);
  assert.equal((await edge.call("GET", `${APPROVALS}?status=deny`)).body.items.length, 1);
  assert.equal((await edge.call("GET", `${APPROVALS}?status=all`)).body.items.length, 1);
});

Deno.test("POST approvals lets the call run with the requested input, and records who decided", async () => {
  const edge = await withQuestion({ api_key: "secret" });
  const headers = { "x-api-key": "secret" };
  const { status, body } = await edge.call(
    "POST",
    `${APPROVALS}/${edge.id}`,
    { decision: "approve", reason: "fine" },
    headers,
  );
  assert.deepEqual([status, body.status], [200, "approve"]);
  assert.deepEqual(body.decision, { by: "api-key", reason: "fine", edited: false, input: null });
  assert.deepEqual(lastStart(edge)?.input, { to: "a@example.com" });
});

Deno.test("POST approvals runs an edited input that the skill takes, and refuses another", async () => {
  const edge = await withQuestion();
  const path = `${APPROVALS}/${edge.id}`;
  const bad = await edge.call("POST", path, { decision: "approve", input: "b@example.com" });
  assert.equal(bad.status, 422);
  assert.deepEqual(bad.body.errors, [
    { path: "body.input", message: "Invalid input: expected object" },
  ]);
  const deep = { to: JSON.parse("[".repeat(64) + "]".repeat(64)) };
  const refused = await edge.call("POST", path, { decision: "approve", input: deep });
  assert.deepEqual([refused.status, refused.body.errors[0].path], [422, "body.input"]);
  assert.match(refused.body.detail, /Wanted at most 64 levels/);
  const input = { to: "b@example.com" };
  const good = await edge.call("POST", path, { decision: "approve", input });
  assert.equal(good.status, 200);
  assert.equal(good.body.decision.edited, true);
  assert.deepEqual(lastStart(edge)?.input, input);
});

Deno.test("POST approvals names what the kind of question takes", async () => {
  const edge = await withQuestion();
  const path = `${APPROVALS}/${edge.id}`;
  const { status, body } = await edge.call("POST", path, { decision: "run_again" });
  assert.equal(status, 422);
  assert.equal(
    body.errors[0].message,
    'A question of kind skill takes approve, deny, found "run_again"',
  );
  const denied = await edge.call("POST", path, { decision: "deny", input: {} });
  assert.deepEqual([denied.status, denied.body.errors[0].path], [422, "body.input"]);
});

Deno.test("POST approvals takes the outcome of an interrupted call", async () => {
  const edge = await withQuestion();
  await edge.call("POST", `${APPROVALS}/${edge.id}`, { decision: "approve" });
  const call_id = (edge.node.asked.get(edge.id)?.details as { call_id: string }).call_id;
  await edge.node.submit(at("s"), { type: "skill.interrupt", call_id });
  const question = (await edge.call("GET", APPROVALS)).body.items[0];
  assert.equal(question.kind, "interrupted");
  const path = `${APPROVALS}/${question.id}`;
  assert.equal((await edge.call("POST", path, { decision: "approve" })).status, 422);
  const { status } = await edge.call("POST", path, { decision: "treat_as_done", input: "sent" });
  assert.equal(status, 200);
  const done = edge.node.actors.get("s")?.events.findLast(({ type }) => type === "skill.completed");
  assert.equal((done?.payload as { output: unknown }).output, "sent");
});

Deno.test("POST approvals is refused for one that is decided or does not exist", async () => {
  const edge = await withQuestion();
  const path = `${APPROVALS}/${edge.id}`;
  const key = { "idempotency-key": "k" };
  await edge.call("POST", path, { decision: "deny" }, key);
  const again = await edge.call("POST", path, { decision: "deny" });
  assert.deepEqual([again.status, again.body.code], [409, "approval_decided"]);
  const repeated = await edge.call("POST", path, { decision: "deny" }, key);
  assert.deepEqual([repeated.status, repeated.headers.get("idempotency-replayed")], [200, "true"]);
  const none = await edge.call("POST", `${APPROVALS}/none`, { decision: "deny" });
  assert.deepEqual([none.status, none.body.code], [404, "approval_not_found"]);
});
