import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { decodeLine, encodeLine, readLines } from "./line_protocol.ts";
import type { FromHost, ToHost } from "./messages.ts";
import { NO_PERMISSIONS } from "./permissions.ts";
import { testHostCommand } from "./testing.ts";

/** A host spoken to by hand. */
async function withHost(
  test: (host: {
    send(message: ToHost): Promise<void>;
    next(): Promise<FromHost>;
    child: Deno.ChildProcess;
    closeStdin(): Promise<void>;
  }) => Promise<void>,
  cwd?: string,
): Promise<void> {
  const { path, args, env } = testHostCommand(Deno.env.toObject());
  const child = new Deno.Command(path, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const lines = readLines(child.stdout, 100_000);
  try {
    await test({
      child,
      send: (message) => stdin.write(encodeLine("", message)),
      next: async () => decodeLine("mark ", (await lines.next()).value ?? "") as FromHost,
      closeStdin: () => stdin.close(),
    });
  } finally {
    await lines.return(undefined);
    // Not if nothing was read: a generator that never began ends without its own clean-up.
    await child.stdout.cancel().catch(() => {});
    await stdin.close().catch(() => {});
    await child.status;
  }
}

const PREPARE: ToHost = {
  type: "prepare",
  mark: "mark ",
  permissions: NO_PERMISSIONS,
  memoryMb: 64,
};

const call = (source: string): ToHost => ({
  type: "call",
  invocation: {
    operation: "run",
    source,
    language: "js",
    input: null,
    key: "",
    secrets: {},
    outputBytesMax: 100,
  },
});

Deno.test("runSkillHost() ends with its server, whatever a skill is doing", async () => {
  await withHost(async ({ send, next, closeStdin, child }) => {
    await send(PREPARE);
    assert.deepEqual(await next(), { type: "ready" });
    await send(call("console.log('on'); for (;;);"));
    assert.deepEqual(await next(), { type: "begun" });
    assert.equal((await next()).type, "log");
    await closeStdin();
    const { code, signal } = await child.status;
    assert.deepEqual([code, signal], [0, null]);
  });
});

Deno.test("runSkillHost() leaves it to its server what a signal to the process group means", async () => {
  await withHost(async ({ send, next, child }) => {
    await send(PREPARE);
    assert.deepEqual(await next(), { type: "ready" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(signal);
    await systemClock.sleep(50);
    await send(call("export default 1;"));
    assert.deepEqual(await next(), { type: "begun" });
  });
});

Deno.test("runSkillHost() ends when what it reads is no command", async () => {
  await withHost(async ({ send, child }) => {
    await send("x" as unknown as ToHost);
    await send(PREPARE);
    const { code } = await child.status;
    assert.equal(code, 1);
  });
});

Deno.test("runSkillHost() ends when it cannot start a worker any more", async () => {
  const folder = await Deno.makeTempDir();
  await withHost(async ({ send, next, child }) => {
    await send(PREPARE);
    assert.deepEqual(await next(), { type: "ready" });
    // Without its working folder a process can start no worker.
    await Deno.remove(folder);
    await send(call("export default 1;"));
    assert.deepEqual(await next(), { type: "begun" });
    assert.equal((await next()).type, "reply");
    await send(PREPARE);
    const { code } = await child.status;
    assert.equal(code, 1);
  }, folder);
});
