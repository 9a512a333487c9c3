import assert from "node:assert/strict";
import { createEntropy } from "../entropy.ts";
import { ManualClock } from "../manual_clock.ts";
import { CliError } from "./cli_error.ts";
import { apiPath, Client } from "./client.ts";
import { EXIT } from "./exit_code.ts";
import { fakeNode, problem } from "./fake_node.ts";

const entropy = createEntropy(() => 0, (bytes) => void bytes.fill(7));

function clientOf(url: string, apiKey: string | null = null): Client {
  return new Client(url, { apiKey, clock: new ManualClock(), entropy });
}

/** Asserts that the call fails like this. */
async function fails(call: Promise<unknown>, exit: number, code: string): Promise<CliError> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof CliError, String(error));
    assert.deepEqual([error.exit, error.code], [exit, code]);
    return error;
  }
  assert.fail(`Did not fail with ${code}`);
}

/** A port on which nothing listens. */
function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

Deno.test("Client sends key, query, body and an Idempotency-Key", async () => {
  await using node = fakeNode({ "POST /api/v1/sessions": () => ({ id: "ses_1" }) });
  const client = clientOf(node.url + "/", "secret");
  assert.deepEqual(
    await client.post("/api/v1/sessions", { agent: "a" }, { query: { wait: "1s" } }),
    {
      id: "ses_1",
    },
  );
  const [request] = node.seen;
  assert.equal(request?.path, "/api/v1/sessions?wait=1s");
  assert.deepEqual(request?.body, { agent: "a" });
  assert.equal(request?.headers.get("authorization"), "Bearer secret");
  assert.match(request?.headers.get("idempotency-key") ?? "", /^cli_[0-9a-z]{26}$/);
});

Deno.test("Client.list() follows the pages up to its limit", async () => {
  await using node = fakeNode({
    "GET /api/v1/sessions": ({ path }) =>
      path.includes("cursor=") ? { items: [3, 4], next: "c2" } : { items: [1, 2], next: "c1" },
  });
  const page = await clientOf(node.url).list<number>("/api/v1/sessions", { limit: 4 });
  assert.deepEqual(page, { items: [1, 2, 3, 4], next: "c2" });
  assert.deepEqual(node.seen.map(({ path }) => path), [
    "/api/v1/sessions?limit=4",
    "/api/v1/sessions?cursor=c1&limit=2",
  ]);
});

Deno.test("Client turns problems into errors with the exit code of their status", async () => {
  const cases = [
    [401, "unauthorized", EXIT.refused],
    [404, "session_not_found", EXIT.notFound],
    [409, "session_busy", EXIT.refused],
    [422, "invalid_request", EXIT.refused],
    [500, "internal", EXIT.failed],
    [504, "timed_out", EXIT.timedOut],
  ] as const;
  for (const [status, code, exit] of cases) {
    await using node = fakeNode({ "GET /x": () => problem(status, code, "Detail") });
    const error = await fails(clientOf(node.url).get("/x"), exit, code);
    assert.equal(error.message, "Detail");
    assert.equal(error.hint !== null, status === 401);
  }
});

Deno.test("Client names each fault of a request", async () => {
  const body = { code: "invalid_request", detail: "Wrong", errors: [{ path: "a", message: "b" }] };
  await using node = fakeNode({ "GET /x": () => Response.json(body, { status: 422 }) });
  const error = await fails(clientOf(node.url).get("/x"), EXIT.refused, "invalid_request");
  assert.equal(error.message, "Wrong\n  a: b");
});

Deno.test("Client takes answers of something that is no node", async () => {
  await using node = fakeNode({
    "GET /html": () => new Response("<html>", { status: 502 }),
    "GET /text": () => new Response("hello"),
  });
  await fails(clientOf(node.url).get("/html"), EXIT.failed, "http_502");
  await fails(clientOf(node.url).get("/text"), EXIT.failed, "answer_invalid");
});

Deno.test("Client says how to start a node when none answers", async () => {
  const client = clientOf(`http://127.0.0.1:${freePort()}`);
  const error = await fails(client.get("/health"), EXIT.unreachable, "unreachable");
  assert.match(error.hint ?? "", /synapse serve/);
});

Deno.test("Client tells a lost connection from one that never was", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const hangUp = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
  })();
  const client = clientOf(`http://127.0.0.1:${listener.addr.port}`);
  await fails(client.post("/x", {}), EXIT.unreachable, "connection_lost");
  await hangUp;
});

Deno.test("Client refuses an address that is none", () => {
  for (const url of ["localhost:8000", "ftp://a", "nowhere"]) {
    assert.throws(() => clientOf(url), { code: "url_invalid", exit: EXIT.usage });
  }
  for (const path of ["/api/v1", "/api/v1/", "/v1", "/api"]) {
    const message = `The node's address is "http://a:1${path}", ` +
      "wanted it without the path of the API: http://a:1";
    assert.throws(() => clientOf(`http://a:1${path}`), { message, exit: EXIT.usage });
  }
});

Deno.test("Client says that what listens there speaks no HTTP, or no TLS", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const answerOnce = async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(1024));
    await connection.write(new TextEncoder().encode("-ERR unknown command\r\n"));
  };
  for (
    const [scheme, wanted] of [["http", /speaks no HTTP$/], ["https", /speaks no TLS$/]] as const
  ) {
    const answered = answerOnce();
    const client = clientOf(`${scheme}://127.0.0.1:${listener.addr.port}`);
    const error = await fails(client.get("/x"), EXIT.unreachable, "not_a_node");
    assert.match(error.message, wanted);
    await answered;
  }
});

Deno.test("Client.persist() repeats what may pass, and only that", async () => {
  const clock = new ManualClock();
  const client = new Client("http://127.0.0.1:1", { apiKey: null, clock, entropy });
  const failing = (codes: string[]) => () => {
    const code = codes.shift();
    return code === undefined
      ? Promise.resolve("done")
      : Promise.reject(new CliError(code, { exit: EXIT.failed, code }));
  };
  const troubles: string[] = [];
  const call = client.persist(failing(["connection_lost", "unreachable", "draining"]), {
    onTrouble: ({ code }) => troubles.push(code),
  });
  for (let i = 0; i < 3; i++) {
    while (clock.sleeping === 0) await clock.yield();
    clock.advance(1000);
    await clock.yield();
  }
  assert.equal(await call, "done");
  assert.deepEqual(troubles, ["connection_lost", "unreachable", "draining"]);
  await fails(client.persist(failing(["unreachable"])), EXIT.failed, "unreachable");
  await fails(client.persist(failing(["session_busy"])), EXIT.failed, "session_busy");
});

Deno.test("apiPath() escapes each segment", () => {
  assert.equal(apiPath("sessions", "a/b c", "events"), "/api/v1/sessions/a%2Fb%20c/events");
});
