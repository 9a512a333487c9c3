import assert from "node:assert/strict";
import { ask, openSession } from "./session_calls.ts";
import { Site } from "./site.ts";

/** What `--json` says of an error: the last line on standard error. */
function errorOf(stderr: string): { code: string; message: string; hint: string | null } {
  return JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error;
}

Deno.test("a second node on the same data folder is refused, and the first goes on", async () => {
  await using site = await Site.create();
  const first = await site.start();
  await openSession(first.client, "mine");

  const { code, stdout, stderr } = await site.run(["serve", "--json"]);
  assert.equal(code, 1);
  assert.equal(stdout, "", "it never says that it is ready");
  const error = errorOf(stderr);
  assert.equal(error.code, "journal_in_use");
  assert.match(error.message, new RegExp(`${site.journal} is in use by process ${first.pid}`));
  assert.match((await site.run(["serve"])).stderr, /^synapse: Journal .* is in use/m);

  assert.match(await ask(first.client, "mine", "still there?"), /still there\?/);
  assert.equal((await first.terminate()).code, 0);
  await (await site.start()).terminate();
});

Deno.test("a port in use is named, and stops the start", async () => {
  await using site = await Site.create();
  await using other = await Site.create();
  const { url, metricsUrl, client } = await site.start();
  for (const [variable, taken] of [["SYNAPSE_PORT", url], ["SYNAPSE_METRICS_PORT", metricsUrl]]) {
    const env = { [variable!]: new URL(taken!).port };
    const { code, stderr } = await other.run(["serve", "--json"], { env });
    assert.equal(code, 1);
    const { code: reason, message, hint } = errorOf(stderr);
    assert.equal(reason, "port_in_use");
    assert.equal(message, `Cannot listen: Port ${env[variable!]} of 127.0.0.1 is in use`);
    assert.match(hint ?? "", /--port/);
  }
  assert.equal((await client.get<{ status: string }>("/health")).status, "ok");
});

Deno.test("a host that others can reach is refused without a key, and taken with one", async () => {
  await using site = await Site.create();
  const open = { SYNAPSE_HOST: "0.0.0.0" };
  const { code, stderr } = await site.run(["serve"], { env: open });
  assert.equal(code, 2);
  assert.match(stderr, /SYNAPSE_HOST.*0\.0\.0\.0.*SYNAPSE_API_KEY/);
  const node = await site.start({ env: { ...open, SYNAPSE_API_KEY: "a-key-of-16-chars" } });
  assert.match(node.url, /^http:\/\/0\.0\.0\.0:/);
});

Deno.test("a configuration that is wrong stops the start with a line for each fault", async () => {
  await using site = await Site.create({
    config: { limits: { idle_ms: "soon" }, llm: { retries: 3 } },
    env: { LOG_LEVEL: "loud" },
  });
  const { code, stderr } = await site.run(["serve"]);
  assert.equal(code, 2);
  for (const fault of [/LOG_LEVEL.*loud/, /limits\.idle_ms.*soon/, /llm\.retries/]) {
    assert.match(stderr, fault);
  }
});
