import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, problem, runCli } from "./fake_node.ts";

const NODE = {
  id: "n1",
  incarnation: "inc_1",
  status: "active",
  version: "3.1.0",
  protocol_version: "1.0",
  partitions: 64,
  started_at: "2026-01-01T00:00:00.000Z",
  seen_at: "2026-01-02T00:00:00.000Z",
  drain_requested: false,
};

Deno.test("nodes ls shows every node with what it is doing", async () => {
  const items = [
    NODE,
    { ...NODE, id: "n2", drain_requested: true },
    { ...NODE, id: "n3", status: "draining", drain_requested: true, partitions: 3 },
    { ...NODE, id: "n4", status: "silent", partitions: 0 },
  ];
  await using node = fakeNode({ "GET /api/v1/nodes": () => ({ items, next: null }) });
  const { stdout } = await runCli(["nodes", "ls", "--url", node.url]);
  assert.match(stdout, /^ID +STATUS +VERSION +PROTOCOL +PARTITIONS +STARTED +SEEN$/m);
  assert.match(stdout, /^n1 +active +3\.1\.0 +1\.0 +64 +2026-01-01\S+ +2026-01-02\S+$/m);
  assert.match(stdout, /^n2 +asked to drain +3\.1\.0/m);
  assert.match(stdout, /^n3 +draining +3\.1\.0 +1\.0 +3 /m);
  assert.match(stdout, /^n4 +silent +3\.1\.0 +1\.0 +0 /m);
  const json = await runCli(["nodes", "ls", "--url", node.url, "--json"]);
  assert.deepEqual(JSON.parse(json.stdout), { items, next: null });
});

Deno.test("nodes drain says what happens next, and knows when there is no such node", async () => {
  const asked = (more: object) =>
    Response.json({ ...NODE, drain_requested: true, ...more }, { status: 202 });
  await using node = fakeNode({
    "POST /api/v1/nodes/n1/drain": () => asked({}),
    "POST /api/v1/nodes/n3/drain": () => asked({ id: "n3", status: "draining", partitions: 1 }),
    "POST /api/v1/nodes/n9/drain": () =>
      problem(404, "node_not_found", "Node n9 does not exist, wanted one of n1, n3"),
  });
  const drain = (...args: string[]) => runCli(["nodes", "drain", ...args, "--url", node.url]);
  assert.match(
    (await drain("n1")).stdout,
    /^Asked n1 to drain\. .*hands its 64 partitions over .* stop it/,
  );
  assert.match((await drain("n3")).stdout, /already, and still holds 1 partition\.\n$/);
  const bodies = () => node.seen.map(({ body }) => body);
  await drain("n1", "--force");
  assert.deepEqual(bodies(), [{ force: false }, { force: false }, { force: true }]);
  const none = await drain("n9");
  assert.deepEqual([none.exit, none.stdout], [EXIT.notFound, ""]);
  assert.match(none.stderr, /Node n9 does not exist, wanted one of n1, n3/);
});
