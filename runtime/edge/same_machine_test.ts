import assert from "node:assert/strict";
import { Hono } from "hono";
import { SynapseError } from "../errors.ts";
import { sameMachine } from "./same_machine.ts";

async function status(url: string, headers: Record<string, string>, key: string | null = null) {
  const app = new Hono();
  app.use(sameMachine(key));
  app.onError((error, c) => c.json({}, error instanceof SynapseError ? 403 : 500));
  app.all("*", (c) => c.text("served"));
  return (await app.request(url, { method: "POST", headers })).status;
}

Deno.test("sameMachine() serves loopback names and their pages", async () => {
  for (const host of ["localhost:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000"]) {
    assert.equal(await status(`http://${host}/api`, {}), 200, host);
    assert.equal(await status(`http://${host}/api`, { origin: `http://${host}` }), 200, host);
  }
});

Deno.test("sameMachine() refuses names and pages of others, unless a key decides", async () => {
  const cases: [string, Record<string, string>][] = [
    ["http://evil.example:8000/", {}],
    ["http://127.0.0.1.evil.example/", {}],
    ["http://localhost.evil.example/", {}],
    ["http://localhost:8000/", { origin: "http://evil.example" }],
    ["http://localhost:8000/", { origin: "null" }],
  ];
  for (const [url, headers] of cases) {
    assert.equal(await status(url, headers), 403, url);
    assert.equal(await status(url, headers, "a key of some length"), 200, url);
  }
});
