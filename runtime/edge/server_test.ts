import assert from "node:assert/strict";
import { SynapseError } from "../errors.ts";
import { testEdge } from "./testing.ts";

const SESSIONS = "/api/v1/sessions";

Deno.test("the edge gives each response the request's id, or one of its own for a bad one", async () => {
  const { call } = await testEdge();
  const given = await call("GET", "/health", undefined, { "x-request-id": "abc-1" });
  assert.equal(given.headers.get("x-request-id"), "abc-1");
  for (const bad of ["a b", "<script>", "x".repeat(256)]) {
    const { headers } = await call("GET", "/health", undefined, { "x-request-id": bad });
    assert.match(headers.get("x-request-id") ?? "", /^req_[0-9a-z]{26}$/);
  }
});

Deno.test("the edge measures each request by its route's pattern and logs it", async () => {
  const { call, measured, logged } = await testEdge();
  await call("GET", `${SESSIONS}/s1`);
  await call("GET", "/nowhere");
  await call("BREW", "/health");
  assert.deepEqual(measured, [
    { method: "GET", route: "/api/v1/sessions/:id", status: "404" },
    { method: "GET", route: "unmatched", status: "404" },
    { method: "OTHER", route: "unmatched", status: "405" },
  ]);
  const { request_id, ms, ...fields } = logged[0]?.fields ?? {};
  assert.match(String(request_id), /^req_/);
  assert.equal(typeof ms, "number");
  assert.deepEqual(fields, {
    method: "GET",
    path: "/api/v1/sessions/s1",
    route: "/api/v1/sessions/:id",
    status: 404,
  });
});

Deno.test("the edge answers a wrong path with 404 and the routes near it", async () => {
  const { call } = await testEdge();
  const { status, headers, body } = await call("GET", "/api/v1/session");
  assert.equal(status, 404);
  assert.equal(headers.get("content-type"), "application/problem+json");
  assert.equal(body.type, "urn:synapse:problem:route_not_found");
  assert.equal(body.instance, "/api/v1/session");
  assert.equal(body.request_id, headers.get("x-request-id"));
  assert.equal(body.nearest[0], SESSIONS);
});

Deno.test("the edge points from / to its console and its documentation", async () => {
  const { status, body } = await (await testEdge()).call("GET", "/");
  assert.deepEqual([status, body.code, body.nearest], [404, "route_not_found", [
    "/console",
    "/docs",
  ]]);
});

Deno.test("the edge answers a wrong method with 405 and those that are right", async () => {
  const { call } = await testEdge();
  const { status, headers, body } = await call("PATCH", SESSIONS, {});
  assert.deepEqual([status, body.code], [405, "method_not_allowed"]);
  const allowed = (headers.get("allow") ?? "").split(", ").sort();
  assert.deepEqual(allowed, ["GET", "HEAD", "POST"]);
  assert.equal(headers.get("content-type"), "application/problem+json");
});

Deno.test("the edge answers 400 to what is no JSON and 415 to what does not claim to be", async () => {
  const { api } = await testEdge();
  const send = async (type: string | null, body: string) => {
    const headers: Record<string, string> = type === null ? {} : { "content-type": type };
    const response = await api.request(SESSIONS, { method: "POST", headers, body });
    return [response.status, (await response.json()).code];
  };
  assert.deepEqual(await send("application/json", "{"), [400, "malformed_request"]);
  assert.deepEqual(await send("application/x-yaml", "id: s"), [415, "unsupported_media_type"]);
  assert.deepEqual(await send("text/plain", "{}"), [415, "unsupported_media_type"]);
});

Deno.test("the edge answers 413 to a body beyond the limit, whether or not it says how long it is", async () => {
  const { api } = await testEdge({ limits: { request_bytes: 1024 } });
  const text = JSON.stringify({ metadata: { x: "y".repeat(1024) } });
  const headers = { "content-type": "application/json" };
  for (const length of [{ "content-length": String(text.length) }, {}]) {
    const response = await api.request(SESSIONS, {
      method: "POST",
      headers: { ...headers, ...length },
      body: new Blob([text]).stream(),
    });
    assert.deepEqual([response.status, (await response.json()).code], [413, "payload_too_large"]);
  }
});

Deno.test("the edge answers 422 naming each fault's path, value and what is accepted", async () => {
  const { call } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  const path = `${SESSIONS}/s/messages`;
  const { status, body } = await call("POST", path, { on_busy: "wait", extra: 1 });
  assert.equal(status, 422);
  const faults = Object.fromEntries(
    body.errors.map(({ path, message }: { path: string; message: string }) => [path, message]),
  );
  assert.match(faults["body.content"], /expected string.*found nothing/);
  assert.match(faults["body.on_busy"], /"queue"\|"inject"\|"interrupt"\|"reject".*found "wait"/);
  assert.match(faults.body, /extra/);
});

Deno.test("the edge says where metrics are to be had", async () => {
  const { call } = await testEdge();
  const { status, body } = await call("GET", "/metrics");
  assert.deepEqual([status, body.code], [404, "route_not_found"]);
  assert.match(body.detail, /^There is nothing at \/metrics: .*SYNAPSE_METRICS_PORT\)$/);
});

Deno.test("the edge says what of a body is no JSON, and that there is none", async () => {
  const { api } = await testEdge();
  const send = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const response = await api.request(SESSIONS, { method: "POST", headers, body });
    const { code, detail } = await response.json();
    return [response.status, code, detail];
  };
  assert.deepEqual(await send(""), [400, "malformed_request", "The body is empty, wanted JSON"]);
  const [status, code, detail] = await send('{"id":"a",}');
  assert.deepEqual([status, code], [400, "malformed_request"]);
  assert.match(detail, /^The body is not JSON: .*position 10/);
});

Deno.test("the edge takes whole numbers of a query in digits alone", async () => {
  const { call } = await testEdge();
  await call("POST", SESSIONS, { id: "s" });
  for (const limit of ["", "%20", "0x10", "1e1", "+1", "1.0", "-1", "0", "1001", "9".repeat(30)]) {
    const { status, body } = await call("GET", `${SESSIONS}/s/events?limit=${limit}`);
    assert.equal(status, 422, limit);
    assert.match(body.detail, /^query\.limit: Wanted a whole number from 1 to 1000, found "/);
  }
  const twice = await call("GET", `${SESSIONS}/s/events?after=1&after=2`);
  assert.match(twice.body.detail, /^query\.after: Wanted a whole number of at least 0, found \[/);
  assert.equal((await call("GET", `${SESSIONS}/s/events?limit=007&after=0`)).status, 200);
});

Deno.test("the edge hides what an unexpected error says, and logs it under the request's id", async () => {
  const { call, node, logged, measured } = await testEdge();
  node.failure = new TypeError("password=hunter2");
  const { status, headers, body } = await call("POST", SESSIONS, {});
  assert.deepEqual([status, body.code], [500, "internal"]);
  assert.doesNotMatch(JSON.stringify(body), /hunter2/);
  const line = logged.find(({ level }) => level === "error");
  assert.equal(line?.fields.request_id, headers.get("x-request-id"));
  assert.equal(line?.fields.err, node.failure);
  assert.deepEqual(measured.find((labels) => "kind" in labels), { kind: "internal" });
});

Deno.test("the edge says when to try again, if trying again can help", async () => {
  const { call, node } = await testEdge();
  const failWith = async (error: SynapseError) => {
    node.failure = error;
    const { status, headers } = await call("POST", SESSIONS, {});
    return [status, headers.get("retry-after")];
  };
  const data = { retry_after_ms: 2500 };
  assert.deepEqual(await failWith(new SynapseError("mailbox_full", "x", { data })), [429, "3"]);
  assert.deepEqual(await failWith(new SynapseError("draining", "x")), [503, "1"]);
  assert.deepEqual(await failWith(new SynapseError("journal_corrupt", "x")), [500, null]);
});

Deno.test("the edge refuses an Idempotency-Key that is not 1 to 255 visible ASCII characters", async () => {
  const { call, node } = await testEdge();
  for (const key of ["", "a b", "x".repeat(256)]) {
    const { status, body } = await call("POST", SESSIONS, {}, { "idempotency-key": key });
    assert.deepEqual([status, body.code], [400, "malformed_request"], key);
  }
  assert.equal(node.actors.size, 0);
});

Deno.test("the edge forbids browsers to sniff, frame, cache or call it from elsewhere", async () => {
  const { call } = await testEdge();
  const foreign = await call("GET", SESSIONS, undefined, { origin: "https://evil.example" });
  assert.equal(foreign.status, 403);
  assert.equal(foreign.headers.get("access-control-allow-origin"), null);
  const { headers } = await call("GET", SESSIONS);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(
    headers.get("content-security-policy"),
    "default-src 'none'; frame-ancestors 'none'",
  );
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("access-control-allow-origin"), null);
});

Deno.test("authenticate() lets only the key pass, in either header, and leaves health and docs open", async () => {
  const { call, api } = await testEdge({ api_key: "correct horse" });
  const status = async (headers: Record<string, string>) =>
    (await call("GET", SESSIONS, undefined, headers)).status;
  const key = { "x-api-key": "correct horse" };
  assert.equal(await status(key), 200);
  assert.equal(await status({ authorization: "Bearer wrong" }), 401);
  assert.equal(await status({ authorization: "Basic correct horse" }), 401);
  assert.equal(await status({ "x-api-key": "correct hors" }), 401);
  const refused = await call("GET", "/api/v1/nowhere");
  assert.deepEqual([refused.status, refused.body.code], [401, "unauthorized"]);
  assert.equal(refused.headers.get("www-authenticate"), 'Bearer realm="synapse"');
  for (const path of ["/health", "/ready", "/docs", "/api/v1/openapi.json"]) {
    const response = await api.request(path);
    assert.equal(response.status, 200, path);
    await response.body?.cancel();
  }
});

Deno.test("authenticate() takes a bearer key", async () => {
  const { call } = await testEdge({ api_key: "k-123" });
  const headers = { authorization: "bearer k-123" };
  assert.equal((await call("GET", SESSIONS, undefined, headers)).status, 200);
});

Deno.test("GET health answers 503 when only a new start helps, and says why", async () => {
  const alive = await (await testEdge()).call("GET", "/health");
  assert.deepEqual([alive.status, alive.body], [200, { status: "ok", version: "9.9.9" }]);
  const detail = "the engine has not looked after its partitions for 50 s";
  const stuck = await (await testEdge({ stuck: () => detail })).call("GET", "/health");
  assert.deepEqual([stuck.status, stuck.body], [503, {
    status: "stuck",
    detail,
    version: "9.9.9",
  }]);
});

Deno.test("GET health on the metrics port says the same", async () => {
  const { metrics } = await testEdge({ stuck: () => "it hangs" });
  const response = await metrics.request("/health");
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), {
    status: "stuck",
    detail: "it hangs",
    version: "9.9.9",
    serves: "metrics",
  });
});

Deno.test("GET ready answers 503 only when the node cannot work", async () => {
  const report = async (status: "ready" | "degraded" | "not_ready") => {
    const checks = { journal: { status: "failed", detail: "disk full" } } as const;
    const { call } = await testEdge({ health: () => Promise.resolve({ status, checks }) });
    const answer = await call("GET", "/ready");
    assert.deepEqual(answer.body, { status, checks });
    return answer.status;
  };
  assert.deepEqual(
    [await report("ready"), await report("degraded"), await report("not_ready")],
    [200, 200, 503],
  );
});

Deno.test("the metrics server gives the metrics' own text and type", async () => {
  const { metrics } = await testEdge();
  const response = await metrics.request("/metrics");
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4");
  assert.equal(await response.text(), "synapse_up 1\n");
  assert.deepEqual(await (await metrics.request("/health")).json(), {
    status: "ok",
    version: "9.9.9",
    serves: "metrics",
  });
  const lost = await metrics.request("/api/v1/sessions");
  assert.equal(lost.status, 404);
  assert.match(
    (await lost.json()).detail,
    /this port has \/metrics and \/health, the API has another/,
  );
});

Deno.test("the metrics server answers a wrong method with 405 and those that are right", async () => {
  const { metrics } = await testEdge();
  for (const path of ["/metrics", "/health"]) {
    const refused = await metrics.request(path, { method: "POST" });
    assert.deepEqual([refused.status, refused.headers.get("allow")], [405, "GET, HEAD"], path);
    assert.equal((await refused.json()).code, "method_not_allowed");
    assert.equal((await metrics.request(path, { method: "HEAD" })).status, 200);
  }
  const lost = await metrics.request("/nowhere", { method: "POST" });
  assert.deepEqual([lost.status, (await lost.json()).code], [404, "route_not_found"]);
});
