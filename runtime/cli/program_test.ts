import assert from "node:assert/strict";
import type { Command } from "commander";
import { Cli } from "./cli.ts";
import { EXIT } from "./exit_code.ts";
import { createWorld, fakeNode, problem, runCli } from "./fake_node.ts";
import { createProgram } from "./program.ts";

Deno.test("the node's address and key come from the environment unless options say otherwise", async () => {
  await using node = fakeNode({ "GET /api/v1/sessions/ses_1": () => ({ id: "ses_1" }) });
  const env = { SYNAPSE_PORT: new URL(node.url).port, SYNAPSE_API_KEY: "from-env" };
  assert.equal((await runCli(["sessions", "show", "ses_1"], { env })).exit, EXIT.ok);
  const args = ["sessions", "show", "ses_1", "--url", node.url, "--api-key", "from-option"];
  await runCli(args, { env: { ...env, SYNAPSE_URL: "http://127.0.0.1:1" } });
  assert.deepEqual(node.seen.map(({ headers }) => headers.get("authorization")), [
    "Bearer from-env",
    "Bearer from-option",
  ]);
});

Deno.test({
  name:
    "a node that listens elsewhere than on 127.0.0.1 is asked there (where 127.0.0.2 is loopback)",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const asked: string[] = [];
    const server = Deno.serve({ hostname: "127.0.0.2", port: 0, onListen: () => {} }, (request) => {
      asked.push(new URL(request.url).host);
      return Response.json({ id: "ses_1" });
    });
    try {
      const { port } = server.addr;
      const env = { SYNAPSE_HOST: "127.0.0.2", SYNAPSE_PORT: `${port}` };
      const run = await runCli(["sessions", "show", "ses_1"], { env });
      assert.equal(run.exit, EXIT.ok, run.stderr);
      assert.deepEqual(asked, [`127.0.0.2:${port}`]);
    } finally {
      await server.shutdown();
    }
  },
});

Deno.test("errors go to standard error: for people with a hint, for programs as JSON", async () => {
  await using node = fakeNode({
    "GET /api/v1/sessions/none": () =>
      problem(404, "session_not_found", "There is no session none"),
  });
  const text = await runCli(["sessions", "show", "none", "--url", node.url]);
  assert.deepEqual(text, {
    exit: EXIT.notFound,
    stdout: "",
    stderr: "synapse: There is no session none\n",
  });
  const json = await runCli(["sessions", "show", "none", "--url", node.url, "--json"]);
  assert.equal(json.stdout, "");
  assert.deepEqual(JSON.parse(json.stderr).error, {
    code: "session_not_found",
    message: "There is no session none",
    hint: null,
    exit: EXIT.notFound,
    data: {},
  });
});

Deno.test("a wrong command line ends with exit code 2 and says what is wrong", async () => {
  const cases = [
    [["sesions"], /unknown command 'sesions'/],
    [["sessions", "show"], /missing required argument 'id'/],
    [["sessions", "ls", "--limit", "0"], /Wanted a whole number of at least 1/],
    [["approvals", "approve", "a", "--input", "{"], /Wanted JSON/],
    [["send", "hi", "--timeout", "soon"], /Wanted a duration/],
    [["--url", "nowhere", "health"], /wanted an http:\/\/ or https:\/\/ URL/],
  ] as const;
  for (const [args, message] of cases) {
    const run = await runCli(args);
    assert.equal(run.exit, EXIT.usage, args.join(" "));
    assert.match(run.stderr, message);
    assert.equal(run.stdout, "");
  }
});

Deno.test("--help teaches: three steps for the program, examples and exit codes for each command", async () => {
  const help = await runCli(["--help"]);
  assert.equal(help.exit, EXIT.ok);
  assert.match(help.stdout, /Start in three steps:\n {2}synapse serve/);
  const commands = [
    "serve",
    "chat",
    "send",
    "sessions ls",
    "approvals settle",
    "dead-letters retry",
  ];
  for (
    const command of [
      ...commands,
      "agents put",
      "nodes drain",
      "migrate",
      "backup",
      "restore",
      "migrate-store",
      "bench",
      "audit verify",
      "config check",
      "doctor",
      "skills check",
      "skills reload",
    ]
  ) {
    const { stdout } = await runCli([...command.split(" "), "--help"]);
    assert.match(stdout, new RegExp(`Examples:\n {2}synapse ${command}`), command);
    assert.match(stdout, /130 {2}interrupted/);
    assert.match(stdout, /--url <url>/);
  }
});

Deno.test("version prints what the program is and speaks", async () => {
  const { stdout } = await runCli(["version", "--json"]);
  const versions = JSON.parse(stdout);
  assert.deepEqual([versions.protocol_version, versions.revision], ["1.0", "unknown"]);
  assert.match((await runCli(["version"])).stdout, /\(revision unknown; protocol 1\.0, /);
  assert.equal((await runCli(["--version"])).stdout, `${versions.version}\n`);
});

Deno.test("docs/cli.md names every command and every option", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/cli.md", import.meta.url));
  const visit = (command: Command, path: string): void => {
    if (command.commands.length === 0) assert.ok(text.includes(path), `${path} is missing`);
    for (const { long } of command.options) {
      assert.ok(long && text.includes(long), `${path} ${long}`);
    }
    for (const child of command.commands) visit(child, `${path} ${child.name()}`.trim());
  };
  visit(createProgram(new Cli(createWorld().world)), "");
});
