import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { fakeNode, runCli } from "./fake_node.ts";

const SESSION = {
  id: "ses_1",
  agent: "assistant",
  agent_version: 1,
  status: "idle",
  seq: 5,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:01.000Z",
  metadata: {},
  usage: { input_tokens: 1, output_tokens: 2, cost_usd: 0 },
  turns: 1,
  queued: 0,
  bytes: 100,
};

const eventOf = (seq: number) => ({
  seq,
  type: "turn.started",
  v: 1,
  at: "2026-01-01T00:00:00.000Z",
  cause: "cmd",
  payload: { turn: seq },
  hash: "h",
});

Deno.test("sessions ls prints a table, and with --json the page itself", async () => {
  const page = { items: [SESSION], next: "c1" };
  await using node = fakeNode({ "GET /api/v1/sessions": () => page });
  const table = await runCli([
    "sessions",
    "ls",
    "--status",
    "idle",
    "--limit",
    "1",
    "--url",
    node.url,
  ]);
  assert.equal(
    table.stdout,
    "ID     AGENT      STATUS  TURNS  SEQ  UPDATED\n" +
      "ses_1  assistant  idle        1    5  2026-01-01T00:00:01.000Z\n",
  );
  assert.equal(table.stderr, "More: --cursor c1\n");
  assert.equal(node.seen[0]?.path, "/api/v1/sessions?status=idle&limit=1");
  const json = await runCli(["--url", node.url, "sessions", "ls", "--limit", "1", "--json"]);
  assert.deepEqual(JSON.parse(json.stdout), page);
  assert.equal(json.stderr, "");
});

Deno.test("sessions events prints every page, one event a line", async () => {
  await using node = fakeNode({
    "GET /api/v1/sessions/ses_1/events": ({ path }) =>
      path.includes("after=0")
        ? { items: [eventOf(1), eventOf(2)], next: 2 }
        : { items: [eventOf(3)], next: null },
  });
  const args = ["sessions", "events", "ses_1", "--url", node.url];
  const { stdout } = await runCli([...args, "--json"]);
  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line).seq), [1, 2, 3]);
  assert.match((await runCli(args)).stdout, /^ {4}1 {2}2026\S+ {2}turn\.started {8}\{"turn":1\}\n/);
});

Deno.test("sessions events --follow prints what happens until the session is closed", async () => {
  const closed = { ...eventOf(2), type: "session.closed" };
  const text = [eventOf(1), closed].map((event) =>
    `event: ${event.type}\nid: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`
  ).join("");
  await using node = fakeNode({ "GET /api/v1/sessions/ses_1/events": () => new Response(text) });
  const { stdout } = await runCli([
    "sessions",
    "events",
    "ses_1",
    "--follow",
    "--json",
    "--url",
    node.url,
  ]);
  assert.deepEqual(stdout.trim().split("\n").map((line) => JSON.parse(line).seq), [1, 2]);
});

Deno.test("sessions state, fork, cancel and close ask the node for just that", async () => {
  await using node = fakeNode({
    "GET /api/v1/sessions/ses_1/state": () => ({ seq: 3, hash: "h", state: { turn: null } }),
    "POST /api/v1/sessions/ses_1/fork": () => ({ ...SESSION, id: "ses_2" }),
    "POST /api/v1/sessions/ses_1/cancel": () => SESSION,
    "DELETE /api/v1/sessions/ses_1": () => ({ ...SESSION, status: "closed" }),
  });
  const run = (...args: string[]) => runCli(["sessions", ...args, "--url", node.url]);
  assert.equal(JSON.parse((await run("state", "ses_1", "--at", "3")).stdout).seq, 3);
  assert.equal(
    (await run("fork", "ses_1", "--at", "3", "--metadata", '{"a":1}')).stdout,
    "ses_2\n",
  );
  assert.equal((await run("cancel", "ses_1", "--reason", "Enough")).exit, EXIT.ok);
  assert.equal((await run("close", "ses_1")).stdout, "Closed ses_1\n");
  assert.deepEqual(node.seen.map(({ method, path, body }) => [method, path, body]), [
    ["GET", "/api/v1/sessions/ses_1/state?seq=3", null],
    ["POST", "/api/v1/sessions/ses_1/fork", { seq: 3, metadata: { a: 1 } }],
    ["POST", "/api/v1/sessions/ses_1/cancel", { reason: "Enough" }],
    ["DELETE", "/api/v1/sessions/ses_1", null],
  ]);
});
