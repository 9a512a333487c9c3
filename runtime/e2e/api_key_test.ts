import assert from "node:assert/strict";
import { Client } from "../cli/client.ts";
import { CliError } from "../cli/cli_error.ts";
import { systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import { openSession } from "./session_calls.ts";
import { Site } from "./site.ts";

const KEY = "the-only-right-key";

/** The part of an OpenAPI document that matters here. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  /** Empty: open to everyone. Absent: as the whole document. */
  readonly security?: readonly unknown[];
}

/** Every route of the document, with something for each parameter. */
function routesOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, "anything"),
      open: security?.length === 0,
    }))
  );
}

Deno.test("with SYNAPSE_API_KEY no route of the API answers without the key", async () => {
  await using site = await Site.create({ env: { SYNAPSE_API_KEY: KEY } });
  const { url, client } = await site.start();
  const routes = routesOf(await client.get<Document>("/api/v1/openapi.json"));
  assert.ok(routes.filter(({ open }) => !open).length > 15, "the document knows the routes");

  const call = async (method: string, path: string, headers: Record<string, string>) => {
    const response = await fetch(url + path, { method, headers });
    await response.body?.cancel();
    return response;
  };
  for (const { method, path, open } of routes) {
    const without = await call(method, path, {});
    assert.equal(without.status === 401, !open, `${method} ${path} gave ${without.status}`);
    if (open) continue;
    assert.match(without.headers.get("www-authenticate") ?? "", /^Bearer/);
    for (const wrong of ["", "wrong", `${KEY}x`, KEY.slice(1)]) {
      assert.equal((await call(method, path, { "x-api-key": wrong })).status, 401);
    }
    for (const right of [{ "x-api-key": KEY }, { authorization: `Bearer ${KEY}` }]) {
      assert.notEqual((await call(method, path, right)).status, 401, `${method} ${path}`);
    }
  }
  assert.equal((await call("GET", "/api/v1/nothing", {})).status, 401, "not even a 404");
  assert.deepEqual(routes.filter(({ open }) => open).map(({ path }) => path).sort(), [
    "/api/v1/openapi.json",
    "/docs",
    "/health",
    "/ready",
  ]);
});

Deno.test("the command line uses SYNAPSE_API_KEY, and the key stands in no log and no journal", async () => {
  await using site = await Site.create({ env: { SYNAPSE_API_KEY: KEY } });
  const node = await site.start();
  await openSession(node.client, "keyed");
  assert.equal((await site.run(["sessions", "ls"], { node })).code, 0);
  const keyless = new Client(node.url, {
    apiKey: null,
    clock: systemClock,
    entropy: systemEntropy,
  });
  await assert.rejects(
    openSession(keyless, "other"),
    (error) => error instanceof CliError && error.code === "unauthorized",
  );
  const wrong = await site.run(["sessions", "ls"], {
    node,
    env: { SYNAPSE_API_KEY: "x".repeat(20) },
  });
  assert.equal(wrong.code, 5);
  assert.match(wrong.stderr, /--api-key or SYNAPSE_API_KEY/);
  await node.terminate();
  assert.ok(!node.log.includes(KEY));
  for await (const { name, isFile } of Deno.readDir(site.dataDir)) {
    if (!isFile) continue;
    assert.ok(!(await Deno.readTextFile(`${site.dataDir}/${name}`)).includes(KEY), name);
  }
});
