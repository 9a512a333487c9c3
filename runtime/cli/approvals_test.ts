import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, runCli } from "./fake_node.ts";

const APPROVAL = {
  id: "apr_1",
  session: "ses_1",
  kind: "skill",
  call_id: "c1",
  skill: "http_send",
  input: { url: "http://a" },
  risk: 3,
  status: "pending",
  requested_at: "2026-01-01T00:00:00.000Z",
  decided_at: null,
  decision: null,
};

Deno.test("approvals ls, approve, deny and settle say what the person said", async () => {
  await using node = fakeNode({
    "GET /api/v1/approvals": () => ({ items: [APPROVAL], next: null }),
    "POST /api/v1/approvals/apr_1": () => ({ ...APPROVAL, status: "settled" }),
  });
  const run = (...args: string[]) => runCli(["approvals", ...args, "--url", node.url]);
  assert.match(
    (await run("ls")).stdout,
    /^apr_1 +pending +skill +3 +http_send +\{"url":"http:\/\/a"\}/m,
  );
  assert.equal(
    (await run("approve", "apr_1", "--input", '{"url":"b"}')).stdout,
    "apr_1: settled\n",
  );
  await run("deny", "apr_1", "--reason", "No");
  await run("settle", "apr_1", "treat_as_done", "--output", "null");
  assert.equal((await run("settle", "apr_1", "perhaps")).exit, EXIT.usage);
  assert.deepEqual(node.seen.map(({ body }) => body), [
    null,
    { decision: "approve", input: { url: "b" } },
    { decision: "deny", reason: "No" },
    { decision: "treat_as_done", input: null },
  ]);
});
