import assert from "node:assert/strict";
import type { ApiReady } from "../cli/api_types.ts";
import { ask, eventsOf, openSession, payloads, untilStatus } from "./session_calls.ts";
import { freePort } from "./free_port.ts";
import { Site } from "./site.ts";
import { ROOT } from "./program.ts";

/** How the README has it started. */
const TASK = ["task", "--quiet", "--config", `${ROOT}/deno.json`, "start"];

Deno.test("deno task start listens where the environment says and keeps its data there", async () => {
  await using site = await Site.create();
  const env = {
    SYNAPSE_PORT: String(freePort()),
    SYNAPSE_METRICS_PORT: String(freePort()),
    SYNAPSE_DATA_DIR: `${site.root}/elsewhere`,
  };
  const node = await site.start({ env, launch: TASK, args: ["--json"] });
  console.log(`ready ${Math.round(node.readyMs)} ms after deno task start`);
  assert.equal(node.url, `http://127.0.0.1:${env.SYNAPSE_PORT}`);
  assert.equal(node.metricsUrl, `http://127.0.0.1:${env.SYNAPSE_METRICS_PORT}`);

  assert.equal((await node.client.get<ApiReady>("/ready")).status, "ready");
  assert.match(await (await fetch(`${node.metricsUrl}/metrics`)).text(), /synapse_active_actors 0/);
  assert.ok((await Deno.stat(`${site.root}/elsewhere/synapse.db`)).isFile);
  await assert.rejects(Deno.stat(site.dataDir), Deno.errors.NotFound);
  assert.equal((await node.terminate()).code, 0);
});

Deno.test("a node without a terminal logs JSON lines, from its start to its stop", async () => {
  await using site = await Site.create();
  const node = await site.start();
  assert.equal((await node.terminate()).code, 0);
  const lines = node.log.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ message }) => message), [
    "Skills folder loaded",
    "Node serves",
    "Node stops",
  ]);
});

Deno.test("a message gets the demo's reply, and a directive really calls a skill", async () => {
  await using site = await Site.create();
  const { client } = await site.start();
  await openSession(client, "first");
  assert.match(await ask(client, "first", "good morning"), /^Demo model .*: good morning$/);
  const reply = await ask(client, "first", '/call calculator {"expression":"6*7"}');
  assert.match(reply, /\b42\b/);

  const session = await untilStatus(client, "first", "idle");
  assert.equal(session.turns, 2);
  const events = await eventsOf(client, "first");
  const [done] = payloads<{ output: unknown; via: string }>(events, "skill.completed");
  assert.equal(done?.via, "run");
  assert.match(JSON.stringify(done?.output), /42/);
});
