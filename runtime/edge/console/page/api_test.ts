import assert from "node:assert/strict";
import { Api, apiPath } from "./api.ts";
import { ProblemError } from "./problem.ts";
import { refusal, type Reply, testWorld } from "./test_world.ts";

const OK = () => Response.json({ id: "s" });

function api(replies: readonly Reply[], key: string | null = null) {
  const { world, ...seen } = testWorld(replies);
  return { api: new Api(world, key), ...seen };
}

async function problemOf(promise: Promise<unknown>) {
  const error = await promise.then(() => assert.fail("it went well"), (error) => error);
  assert.ok(error instanceof ProblemError, String(error));
  return error.problem;
}

Deno.test("Api asks below the page's own address, behind whatever prefix it has", async () => {
  const { api: node, sent } = api([OK(), OK()]);
  await node.get(apiPath("sessions", "a/b"), { limit: 1, status: "", cursor: undefined });
  assert.equal(sent[0]?.url, "https://example.com/prefix/api/v1/sessions/a%2Fb?limit=1");
  await node.ask("GET", "ready");
  assert.equal(sent[1]?.url, "https://example.com/prefix/ready");
});

Deno.test("Api sends the key in Authorization, and neither in the address nor cookies", async () => {
  const { api: node, sent } = api([OK(), OK()], "secret");
  await node.get(apiPath("agents"));
  await node.post(apiPath("sessions"), { agent: "a" }, "k");
  for (const { headers, url, body, init } of sent) {
    assert.equal(headers.get("authorization"), "Bearer secret");
    assert.ok(!url.includes("secret") && !body?.includes("secret"));
    assert.equal(init.credentials, "omit");
  }
  const { api: keyless, sent: without } = api([OK()]);
  await keyless.get(apiPath("agents"));
  assert.equal(without[0]?.headers.get("authorization"), null);
});

Deno.test("Api sends a POST again with its key until it is answered", async () => {
  const busy = refusal(503, "draining", { "retry-after": "2" });
  const { api: node, sent, slept } = api([null, busy, OK()]);
  assert.deepEqual(await node.post(apiPath("sessions"), {}, "key_1"), { id: "s" });
  assert.deepEqual(sent.map(({ headers }) => headers.get("idempotency-key")), [
    "key_1",
    "key_1",
    "key_1",
  ]);
  assert.deepEqual(slept, [1000, 2000]);
});

Deno.test("Api gives up in the end, and at once where it is refused", async () => {
  const gone = api([]);
  assert.equal((await problemOf(gone.api.post("api/v1/sessions", {}, "k"))).code, "unreachable");
  assert.equal(gone.sent.length, 4);
  const refused = api([refusal(409, "session_busy")]);
  const problem = await problemOf(refused.api.post("api/v1/sessions", {}, "k"));
  assert.deepEqual([problem.status, problem.code, problem.title], [409, "session_busy", "Refused"]);
  assert.equal(refused.sent.length, 1);
});

Deno.test("Api does not take for an answer what is no JSON", async () => {
  const { api: node } = api([new Response("<html>")]);
  assert.equal((await problemOf(node.get("api/v1/agents"))).code, "http_200");
});

/** An answer whose head is there and whose body never ends. */
const unending = () => new Response(new ReadableStream({}));

Deno.test("Api gives up a request whose answer, or the rest of it, does not come in time", async () => {
  for (const reply of ["silence", unending()] as const) {
    const { api: node, sent, timeUp } = api([reply]);
    const asked = problemOf(node.get("api/v1/agents"));
    await new Promise((resolve) => setTimeout(resolve));
    timeUp();
    assert.equal((await asked).code, "unreachable");
    assert.equal(sent[0]?.init.signal?.aborted, true, "the connection is free again");
  }
});

Deno.test("Api gives up a stream whose head does not come in time, and then no more", async () => {
  const { signal } = new AbortController();
  const silent = api(["silence"]);
  const asked = problemOf(silent.api.stream("api/v1/sessions/s/events", {}, signal));
  silent.timeUp();
  assert.equal((await asked).code, "unreachable");
  assert.equal(silent.sent[0]?.init.signal?.aborted, true);

  const open = api([unending()]);
  assert.equal((await open.api.stream("api/v1/sessions/s/events", {}, signal)).status, 200);
  open.timeUp();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(open.sent[0]?.init.signal?.aborted, false);
});

Deno.test("Api tells the end that its caller makes from one that the node makes", async () => {
  const leave = new AbortController();
  const { api: node } = api(["silence"]);
  const asked = node.get("api/v1/agents", {}, leave.signal);
  leave.abort();
  await assert.rejects(asked, { name: "AbortError" });
});
