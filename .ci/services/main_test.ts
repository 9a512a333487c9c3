import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };
import { exportLine, parseCommand } from "./main.ts";
import { postgresReady } from "./postgres.ts";
import { signalProcess } from "./process_tree.ts";
import { redisReady } from "./redis.ts";

Deno.test("parseCommand() takes the command with and without dashes before it", () => {
  assert.deepEqual(parseCommand(["--", "ls", "--", "-l"]), ["ls", "--", "-l"]);
  assert.deepEqual(parseCommand(["ls", "-l"]), ["ls", "-l"]);
  assert.deepEqual(parseCommand([]), []);
});

Deno.test("exportLine() quotes for a shell", () => {
  assert.equal(exportLine("A", "it's $HOME"), `export A='it'\\''s $HOME'`);
});

/** Services that somebody else runs. */
const GIVEN = { TEST_DATABASE_URL: "postgres://given.example/one", TEST_REDIS_URL: "redis://b" };

/** The program as its task starts it, with a folder of its own for temporary files. */
async function startMain(args: readonly string[], env: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o711); // For the account that the servers run under.
  const [, ...launch] = project.tasks.services.command.split(" ");
  const child = new Deno.Command(Deno.execPath(), {
    args: [...launch, ...args],
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: { TEST_DATABASE_URL: "", TEST_REDIS_URL: "", TMPDIR: folder, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return { child, folder };
}

/** How it ended, once it has also left nothing in its folder. */
async function finish({ child, folder }: Awaited<ReturnType<typeof startMain>>) {
  const [{ code }, said, errors] = await Promise.all([
    child.status,
    child.stdout.locked ? "" : new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
  await Deno.remove(folder);
  return { code, said, errors };
}

/** The servers of these URLs are gone. */
async function assertStopped(urls: string): Promise<void> {
  const [database, redis] = [...urls.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port);
  assert.ok(database !== undefined && redis !== undefined, urls);
  assert.equal(await postgresReady(Number(database)), false);
  assert.equal(await redisReady(Number(redis)), false);
}

Deno.test("services COMMAND runs it with both variables, and ends as it ends", async () => {
  const script = 'echo "$TEST_DATABASE_URL $TEST_REDIS_URL $0"; exit 7';
  const { code, said, errors } = await finish(await startMain(["--", "sh", "-c", script, "a b"]));
  assert.equal(code, 7, errors);
  assert.match(said, /^postgres:\S+:\d+\/postgres redis:\S+:\d+ a b\n$/);
  await assertStopped(said);
});

Deno.test("services COMMAND stops everything when it is interrupted", async () => {
  // The command asks its parent to end, as soon as it knows its services.
  const script = 'echo "$TEST_DATABASE_URL $TEST_REDIS_URL"; kill -TERM $PPID; exec sleep 600';
  const { code, said, errors } = await finish(await startMain(["--", "sh", "-c", script]));
  assert.equal(code, 143, errors);
  await assertStopped(said);
});

Deno.test("services stops what it has started when the rest does not start", async () => {
  const programs = await Deno.makeTempDir();
  await Deno.chmod(programs, 0o711);
  const script = "#!/bin/sh\necho Redis server v=7.2\nexit 1\n";
  await Deno.writeTextFile(`${programs}/redis-server`, script, { mode: 0o755 });
  const path = `${programs}:${Deno.env.get("PATH")}`;
  const { code, errors } = await finish(await startMain(["true"], { PATH: path }));
  assert.equal(code, 1);
  assert.match(errors, /^Cannot start Redis: it ended before it was ready\n {2}Redis server/m);
  await Deno.remove(programs, { recursive: true });
});

Deno.test("services COMMAND says when there is no such program", async () => {
  const { code, errors } = await finish(await startMain(["no-such-program"], GIVEN));
  assert.equal(code, 127);
  assert.match(errors, /^Cannot run no-such-program: found no such program$/m);
});

Deno.test("services without a command prints the variables and waits", async () => {
  const main = await startMain([], GIVEN);
  let said = "";
  for await (const text of main.child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.split("\n").length > 2) signalProcess(main.child.pid, "SIGINT");
  }
  const { code, errors } = await finish(main);
  assert.equal(code, 130, errors);
  assert.equal(
    said,
    "export TEST_DATABASE_URL='postgres://given.example/one'\nexport TEST_REDIS_URL='redis://b'\n",
  );
});
