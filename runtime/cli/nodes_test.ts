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
  weight: 1,
  labels: {},
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
    { ...NODE, id: "e1", weight: 0, partitions: 0, labels: { zone: "b", kind: "edge" } },
  ];
  await using node = fakeNode({ "GET /api/v1/nodes": () => ({ items, next: null }) });
  const { stdout } = await runCli(["nodes", "ls", "--url", node.url]);
  assert.match(
    stdout,
    /^ID +STATUS +WEIGHT +PARTITIONS +LABELS +VERSION +PROTOCOL +STARTED +SEEN$/m,
  );
  assert.match(stdout, /^n1 +active +1 +64 +- +3\.1\.0 +1\.0 +2026-01-01\S+ +2026-01-02\S+$/m);
  assert.match(stdout, /^n2 +asked to drain +1 +64/m);
  assert.match(stdout, /^n3 +draining +1 +3 /m);
  assert.match(stdout, /^n4 +silent +1 +0 /m);
  assert.match(stdout, /^e1 +active +0 +0 +kind=edge,zone=b +3\.1\.0/m);
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
  assert.deepEqual(node.seen.map(({ body }) => body), [{ force: false }, { force: false }]);
  const none = await drain("n9");
  assert.deepEqual([none.exit, none.stdout], [EXIT.notFound, ""]);
  assert.match(none.stderr, /Node n9 does not exist, wanted one of n1, n3/);
});

Deno.test("nodes drain --force says what the drain of the last node means", async () => {
  const edge = { ...NODE, id: "e1", weight: 0, partitions: 0 };
  let others = [{ ...NODE, id: "n2" }];
  await using node = fakeNode({
    "POST /api/v1/nodes/n1/drain": () => Response.json({ ...NODE, drain_requested: true }),
    "POST /api/v1/nodes/e1/drain": () => Response.json({ ...edge, drain_requested: true }),
    "GET /api/v1/nodes": () =>
      Response.json({ items: [{ ...NODE, drain_requested: true }, edge, ...others], next: null }),
  });
  const drain = async (id: string, ...args: string[]) =>
    (await runCli(["nodes", "drain", id, ...args, "--url", node.url])).stdout;
  assert.match(await drain("n1", "--force"), /hands its 64 partitions over to the other nodes/);
  others = [];
  const last = await drain("n1", "--force");
  assert.match(
    last,
    /gives its 64 partitions up .* no other node to take them: all sessions stand/,
  );
  assert.doesNotMatch(last, /over to the other nodes/);
  assert.match(await drain("e1"), /no longer ready; it takes no partitions anyway\. Then stop it/);
  const bodies = node.seen.filter(({ method }) => method === "POST").map(({ body }) => body);
  assert.deepEqual(bodies, [{ force: true }, { force: true }, { force: false }]);
});
