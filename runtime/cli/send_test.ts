import assert from "node:assert/strict";
import { EXIT } from "./exit_code.ts";
import { type Answerer, fakeNode, runCli } from "./fake_node.ts";

const PATH = "POST /api/v1/sessions/ses_1/messages";

const ANSWER = {
  id: "msg_1",
  session: "ses_1",
  turn: 1,
  outcome: "completed",
  reply: "42",
  error: null,
};

const send = (url: string, ...args: string[]) => runCli(["send", ...args, "--url", url]);

/** Answers one request after the other. */
function inTurn(...answers: Answerer[]): Answerer {
  return (request) => answers.shift()?.(request);
}

Deno.test("send starts a session, waits, and prints the reply alone on standard output", async () => {
  await using node = fakeNode({
    "POST /api/v1/sessions": () => Response.json({ id: "ses_1" }, { status: 201 }),
    [PATH]: () => ANSWER,
  });
  const run = await send(node.url, "6*7?", "--agent", "poet");
  assert.deepEqual(run, { exit: EXIT.ok, stdout: "42\n", stderr: "Session ses_1\n" });
  assert.deepEqual(node.seen.map(({ body }) => body), [{ agent: "poet" }, { content: "6*7?" }]);
});

Deno.test("send goes on waiting with the same key when the node answers that it takes longer", async () => {
  await using node = fakeNode({
    [PATH]: inTurn(
      () => Response.json({ id: "msg_1", status: "accepted" }, { status: 202 }),
      () => ANSWER,
    ),
  });
  const run = await send(node.url, "hi", "--session", "ses_1", "--json");
  assert.deepEqual(JSON.parse(run.stdout), ANSWER);
  const keys = node.seen.map(({ headers }) => headers.get("idempotency-key"));
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
});

Deno.test("send survives a restart of the node while it waits", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  const run = send(`http://127.0.0.1:${port}`, "hi", "--session", "ses_1");
  const connection = await listener.accept();
  const bytes = new Uint8Array(4096);
  const head = new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0));
  connection.close();
  listener.close();
  await using node = fakeNode({ [PATH]: () => ANSWER }, port);
  assert.equal((await run).stdout, "42\n");
  const [, key] = /idempotency-key: (\S+)/i.exec(head) ?? [];
  assert.equal(node.seen[0]?.headers.get("idempotency-key"), key);
});

Deno.test("send reads the message from standard input when it is -", async () => {
  await using node = fakeNode({ [PATH]: () => ANSWER });
  await runCli(["send", "-", "--session", "ses_1", "--url", node.url], { input: "long\ntext" });
  assert.deepEqual(node.seen[0]?.body, { content: "long\ntext" });
});

Deno.test("send --no-wait prints the message's id", async () => {
  await using node = fakeNode({
    [PATH]: () => Response.json({ id: "msg_1", status: "accepted" }, { status: 202 }),
  });
  const run = await send(node.url, "hi", "--session", "ses_1", "--no-wait", "--on-busy", "inject");
  assert.equal(run.stdout, "msg_1\n");
  assert.equal(node.seen[0]?.path.includes("wait"), false);
  assert.deepEqual(node.seen[0]?.body, { content: "hi", on_busy: "inject" });
});

Deno.test("send says what waits for a decision, and times out with 6", async () => {
  const waiting = { id: "msg_1", status: "waiting", approvals: ["apr_1"] };
  await using node = fakeNode({ [PATH]: () => Response.json(waiting, { status: 202 }) });
  const run = await send(node.url, "hi", "--session", "ses_1", "--timeout", "50ms");
  assert.equal(run.exit, EXIT.timedOut);
  assert.match(run.stderr, /synapse approvals approve apr_1/);
});

Deno.test("send fails when the turn does", async () => {
  const error = { code: "model_failed", message: "No answer" };
  const failed = { ...ANSWER, outcome: "failed", reply: null, error };
  await using node = fakeNode({ [PATH]: () => failed });
  const run = await send(node.url, "hi", "--session", "ses_1");
  assert.deepEqual(run, {
    exit: EXIT.failed,
    stdout: "",
    stderr: "The turn ended as failed: No answer (model_failed)\n",
  });
});
