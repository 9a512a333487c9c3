import assert from "node:assert/strict";
import type { ExitCode } from "./exit_code.ts";
import { EXIT } from "./exit_code.ts";
import { type Run, runCli } from "./fake_node.ts";
import { welcome } from "./serve.ts";

/** Serves from a new data folder until it has said where it listens, then hands over the signals. */
async function serve(
  env: Record<string, string>,
  onStart: (signal: () => void, exits: ExitCode[]) => void,
): Promise<Run & { readonly exits: readonly ExitCode[] }> {
  const folder = await Deno.makeTempDir();
  const exits: ExitCode[] = [];
  try {
    const run = await runCli(["serve", "--json", "--data-dir", folder, "--port", "0"], {
      env: { SYNAPSE_METRICS_PORT: "0", LOG_LEVEL: "ERROR", ...env },
      // The handler is called as soon as there is one: the node has not started yet.
      onSignal: (signal, handler) => {
        if (signal === "SIGTERM") onStart(handler, exits);
        return () => {};
      },
      onExit: (code) => void exits.push(code),
    });
    return { ...run, exits };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("serve stops in good order at the first signal, even before it has started", async () => {
  const run = await serve({}, (signal) => signal());
  assert.deepEqual([run.exit, run.exits], [EXIT.ok, []], run.stderr);
});

Deno.test("serve ends at once at the second signal", async () => {
  const run = await serve({}, (signal, exits) => {
    signal();
    assert.deepEqual(exits, []);
    signal();
  });
  assert.deepEqual(run.exits, [EXIT.interrupted]);
});

Deno.test("serve refuses a wrong configuration with a line for each fault", async () => {
  const env = { SYNAPSE_METRICS_PORT: "high", LOG_LEVEL: "loud" };
  const run = await serve(env, () => assert.fail("It has begun to start"));
  assert.equal(run.exit, EXIT.usage);
  const { error } = JSON.parse(run.stderr);
  assert.equal(error.code, "config_invalid");
  assert.equal(error.data.faults.length, 2);
});

Deno.test("serve names the option that is wrong, not the variable that it stands for", async () => {
  const env = { LOG_LEVEL: "loud" };
  const { exit, stderr } = await runCli(["serve", "--port", "99999"], { env });
  assert.equal(exit, EXIT.usage);
  assert.match(stderr, /^ {2}--port is "99999", wanted .* \(command line\)$/m);
  assert.match(stderr, /^ {2}LOG_LEVEL is "loud", wanted .* \(environment\)$/m);
});

Deno.test("serve says which user or database is wrong, and what to do", async () => {
  const server = new URL(Deno.env.get("TEST_DATABASE_URL") ?? assert.fail("set by the test task"));
  const missing = Object.assign(new URL(server), { pathname: "/no_such_database" });
  const database = await serve({ DATABASE_URL: missing.href }, () => {});
  assert.equal(database.exit, EXIT.failed);
  const { error } = JSON.parse(database.stderr);
  assert.match(error.message, /\/no_such_database cannot be used: the database does not exist$/);
  assert.equal(error.hint, "Create the database: createdb -O USER DATABASE");
  const stranger = Object.assign(new URL(server), { username: "nobody_here", password: "secret" });
  const login = JSON.parse((await serve({ DATABASE_URL: stranger.href }, () => {})).stderr);
  assert.match(login.error.message, /the login of nobody_here was refused$/);
  assert.match(login.error.hint, /^Correct the user in DATABASE_URL/);
});

Deno.test("welcome() shows commands that can be copied as they are", () => {
  const urls = { api_url: "http://127.0.0.1:8000", metrics_url: "http://127.0.0.1:9090/metrics" };
  const open = welcome({ ...urls, program: "synapse", keyed: false });
  assert.match(open, /^ {2}synapse chat --url http:\/\/127\.0\.0\.1:8000$/m);
  assert.doesNotMatch(open, /authorization/);
  const bodies = [...open.matchAll(/-d '([^']*)'/g)].map(([, body]) => JSON.parse(body ?? ""));
  assert.deepEqual(bodies, [
    { id: "first" },
    { content: '/call calculator {"expression":"6*7"}' },
  ]);
  assert.match(welcome({ ...urls, program: "synapse", keyed: true }), /Bearer \$SYNAPSE_API_KEY/);
});
