import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, problem, runCli } from "./fake_node.ts";

Deno.test("health tells a node that lives from one that cannot work", async () => {
  const report = {
    status: "not_ready",
    checks: { journal: { status: "failed", detail: "Disk full" } },
  };
  await using node = fakeNode({
    "GET /health": () => ({ status: "ok", version: "1" }),
    "GET /ready": () => Response.json(report, { status: 503 }),
  });
  const alive = await runCli(["health", "--url", node.url]);
  assert.deepEqual([alive.exit, alive.stdout], [EXIT.ok, "ok\n"]);
  const ready = await runCli(["health", "--ready", "--url", node.url]);
  assert.equal(ready.exit, EXIT.failed);
  assert.match(ready.stdout, /^journal +failed +Disk full$/m);
});

Deno.test("health is not content with the metrics' port, nor with what is no node", async () => {
  await using metrics = fakeNode({
    "GET /health": () => ({ status: "ok", version: "1", serves: "metrics" }),
    "GET /ready": () => problem(404, "route_not_found", "this port has /metrics"),
  });
  const health = await runCli(["health", "--url", metrics.url]);
  assert.deepEqual([health.exit, health.stdout], [EXIT.unreachable, ""]);
  assert.match(
    health.stderr,
    /^synapse: http:\S+ is a node's port for metrics, wanted the node's API$/m,
  );
  const ready = await runCli(["health", "--ready", "--url", metrics.url]);
  assert.deepEqual([ready.exit, ready.stdout], [EXIT.notFound, ""]);
  await using other = fakeNode({ "GET /health": () => new Response("<html>ok") });
  const page = await runCli(["health", "--url", other.url]);
  assert.equal(page.exit, EXIT.failed);
  assert.match(page.stderr, /HTTP 200 and not in a node's words: is http:\S+ a node's API\?/);
});

Deno.test("health gives up on a node that does not answer", async () => {
  const silence = Promise.withResolvers<Response>();
  await using node = fakeNode({ "GET /health": () => silence.promise });
  const run = await runCli(["health", "--timeout", "20ms", "--url", node.url]);
  assert.equal(run.exit, EXIT.timedOut);
  silence.resolve(new Response());
});
