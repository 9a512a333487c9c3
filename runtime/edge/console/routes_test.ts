import assert from "node:assert/strict";
import { testEdge } from "../testing.ts";
import { CONSOLE_POLICY } from "./routes.ts";

const FILES = [
  ["/console", "text/html; charset=utf-8"],
  ["/console/page.js", "text/javascript; charset=utf-8"],
  ["/console/style.css", "text/css; charset=utf-8"],
  ["/console/icon.svg", "image/svg+xml"],
] as const;

const KEY = "correct-horse";

async function testConsole() {
  const { api } = await testEdge({ api_key: KEY });
  return async (method: string, path: string, headers: Record<string, string> = {}) => {
    const response = await api.request(path, { method, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

Deno.test("the console's files are open, the data that it shows needs the key", async () => {
  const ask = await testConsole();
  for (const [path, type] of FILES) {
    const { status, headers, text } = await ask("GET", path);
    assert.deepEqual([status, headers.get("content-type")], [200, type], path);
    assert.ok(text.length > 100, path);
    assert.ok(!text.includes(KEY), path);
  }
  for (const path of ["sessions", "approvals", "nodes", "agents", "skills", "dead-letters"]) {
    assert.equal((await ask("GET", `/api/v1/${path}`)).status, 401, path);
  }
});

Deno.test("the console's files allow themselves and this node, and nothing else", async () => {
  const ask = await testConsole();
  assert.doesNotMatch(CONSOLE_POLICY, /unsafe|https?:|\*|data:|blob:/);
  for (const [path] of FILES) {
    const { headers } = await ask("GET", path);
    assert.equal(headers.get("content-security-policy"), CONSOLE_POLICY, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("the page needs no inline script and no inline style", async () => {
  const { text } = await (await testConsole())("GET", "/console");
  assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|javascript:/i);
  const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual(
    loaded.map((path) => `/${path}`).sort(),
    FILES.slice(1).map(([path]) => path).sort(),
  );
});

Deno.test("the console's files are asked about and not sent twice, with the policy all the same", async () => {
  const ask = await testConsole();
  for (const [path] of FILES) {
    const first = await ask("GET", path);
    const etag = first.headers.get("etag") ?? assert.fail(`${path} has no ETag`);
    assert.equal(first.headers.get("cache-control"), "no-cache");
    const again = await ask("GET", path, { "if-none-match": etag });
    assert.deepEqual([again.status, again.text, again.headers.get("etag")], [304, "", etag]);
    assert.equal(again.headers.get("content-security-policy"), CONSOLE_POLICY);
    assert.equal((await ask("GET", path, { "if-none-match": '"other"' })).status, 200);
  }
});

Deno.test("the console's files take GET and HEAD only", async () => {
  const ask = await testConsole();
  for (const [path] of FILES) {
    const head = await ask("HEAD", path);
    const got = await ask("GET", path);
    assert.deepEqual([head.status, head.text], [200, ""], path);
    assert.equal(head.headers.get("etag"), got.headers.get("etag"));
    for (const method of ["POST", "PUT", "DELETE"]) {
      const refused = await ask(method, path);
      assert.equal(refused.status, 405, `${method} ${path}`);
      assert.equal(refused.headers.get("allow"), "GET, HEAD");
    }
  }
});

Deno.test("there is nothing else below the console, and a slash too many leads back", async () => {
  const ask = await testConsole();
  for (const path of ["/console/main.tsx", "/console/deno.json", "/console/../server.ts"]) {
    assert.equal((await ask("GET", path)).status, 404, path);
  }
  const { status, headers } = await ask("GET", "/console/");
  assert.deepEqual([status, headers.get("location")], [308, "../console"]);
});

Deno.test("a node without a key serves the console to this machine's own pages only", async () => {
  const { api } = await testEdge();
  const status = async (url: string, headers: Record<string, string> = {}) => {
    const response = await api.request(url, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await status("http://localhost:8000/console"), 200);
  assert.equal(await status("http://rebound.example:8000/console"), 403);
  const foreign = { origin: "https://evil.example" };
  assert.equal(await status("http://localhost:8000/console/page.js", foreign), 403);
});
