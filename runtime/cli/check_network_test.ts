import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { checkPort, checkProvider } from "./check_network.ts";
import { fakeNode } from "./fake_node.ts";

Deno.test("checkPort() tells a free port, a running node and another program apart", async () => {
  const check = (port: number) =>
    checkPort("API port", { hostname: "127.0.0.1", port }, systemClock);
  await using node = fakeNode({ "GET /health": () => ({ status: "ok", version: "1" }) });
  await using other = fakeNode({});
  const portOf = (url: string) => Number(new URL(url).port);
  assert.match((await check(portOf(node.url))).detail, /served by a running node/);
  assert.equal((await check(portOf(other.url))).status, "fault");
  assert.equal((await check(0)).status, "ok");
  await other[Symbol.asyncDispose]();
  assert.match((await check(portOf(other.url))).detail, /is free$/);
});

Deno.test("checkProvider() wants a key and an address that answers", async () => {
  await using server = fakeNode({});
  const provider = { kind: "openai", base_url: server.url, api_key: null } as const;
  const check = (change: object, isDefault: boolean) =>
    checkProvider("local", { ...provider, ...change }, { clock: systemClock, isDefault });
  assert.equal((await check({}, true)).status, "ok");
  assert.equal((await check({ base_url: null }, true)).status, "fault");
  assert.equal((await check({ base_url: null }, false)).status, "warning");
  assert.equal((await check({ kind: "demo", base_url: null }, false)).status, "ok");
  assert.equal((await check({ kind: "demo", base_url: null }, true)).status, "warning");
  await server[Symbol.asyncDispose]();
  const gone = await check({}, true);
  assert.equal(gone.status, "fault");
  assert.match(gone.detail, /cannot be reached/);
});
