import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CONSOLE_PATH } from "./console/routes.ts";
import { testEdge } from "./testing.ts";

Deno.test("openapi.json describes every route but the console's files, with its errors and its security", async () => {
  const { api, call } = await testEdge({ api_key: "k" });
  const { body } = await call("GET", "/api/v1/openapi.json");
  assert.equal(body.openapi, "3.1.0");
  const described = Object.entries(body.paths as Record<string, Record<string, unknown>>)
    .flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
    );
  const routes = api.routes
    .filter(({ method, path }) => method !== "ALL" && !path.startsWith(CONSOLE_PATH))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  assert.deepEqual(described.sort(), [...new Set(routes)].sort());
  for (const [path, item] of Object.entries<Record<string, { responses: object }>>(body.paths)) {
    if (!path.startsWith("/api/") || path.endsWith("openapi.json")) continue;
    for (const { responses } of Object.values(item)) {
      for (const status of ["401", "500", "503"]) {
        assert.ok(status in responses, `${path} ${status}`);
      }
    }
  }
  assert.deepEqual(Object.keys(body.components.securitySchemes), ["bearer", "apiKey"]);
});

Deno.test("openapi.json says of each call with a body how bodies are refused", async () => {
  const { call } = await testEdge();
  const { body } = await call("GET", "/api/v1/openapi.json");
  type Operation = { requestBody?: object; responses: Record<string, { description: string }> };
  const items = Object.values<Record<string, Operation>>(body.paths);
  const withBody = items.flatMap((item) => Object.values(item))
    .filter(({ requestBody }) => requestBody !== undefined);
  assert.ok(withBody.length >= 8, String(withBody.length));
  for (const { responses } of withBody) {
    for (const status of ["400", "413", "422"]) assert.ok(status in responses, status);
    assert.match(responses["415"]?.description ?? "", /`unsupported_media_type`/);
  }
});

Deno.test("openapi.json refers only to shapes that it has", async () => {
  const { call } = await testEdge();
  const { body } = await call("GET", "/api/v1/openapi.json");
  const references = JSON.stringify(body).match(/"#\/components\/schemas\/\w+"/g) ?? [];
  assert.ok(references.length > 20);
  for (const reference of new Set(references)) {
    const name = reference.slice(1, -1).split("/").at(-1) ?? "";
    assert.ok(name in body.components.schemas, name);
  }
});

Deno.test("GET docs is one page that its own policy allows, and that asks for nothing else", async () => {
  const { api } = await testEdge();
  const response = await api.request("/docs");
  const page = await response.text();
  const style = page.match(/<style>([\s\S]*?)<\/style>/)?.[1] ?? assert.fail();
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.ok(policy.startsWith("default-src 'none'; "));
  assert.ok(policy.includes(`style-src 'sha256-${hash}'`));
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|style=|\ssrc=|https?:\/\//);
  assert.ok(page.includes("/api/v1/sessions/{id}/messages"));
  assert.ok(page.includes('<details id="shape-Session">'));
});
