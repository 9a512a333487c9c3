import assert from "node:assert/strict";
import { type Clock, systemClock } from "../clock.ts";
import { systemEntropy } from "../entropy.ts";
import type { SkillReply } from "./fault.ts";
import type { HostCommand } from "./host_command.ts";
import { NO_PERMISSIONS } from "./permissions.ts";
import { Sandbox } from "./sandbox.ts";
import { OUTPUT_BYTES_MAX, recordingLogger, skillFile, testHostCommand } from "./testing.ts";

const DEAF_HOST = new URL("testdata/deaf_host.ts", import.meta.url).pathname;

/** Waits are a tenth as long: the tests wait for what never comes. */
const hasty: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 10, signal) };

interface Attempt {
  readonly reply: SkillReply;
  /** Deaf hosts that were started. */
  readonly deaf: number;
}

/** One call to a sandbox whose first `deafHosts` processes do with it what `does` says. */
async function attempt(
  does: "nothing" | "dies" | "begins and dies" | "shouts",
  deafHosts: number,
): Promise<Attempt> {
  const marker = await Deno.makeTempFile();
  const env = Deno.env.toObject();
  const deaf: HostCommand = {
    path: Deno.execPath(),
    args: ["run", "--allow-write", DEAF_HOST, does, marker],
    env: {},
  };
  const good = testHostCommand(env);
  let started = 0;
  const next = () => started++ < deafHosts ? deaf : good;
  await using sandbox = new Sandbox({
    get command() {
      return next();
    },
    env,
    workspace: Deno.cwd(),
    memoryMb: 64,
    poolSize: 1,
    outputBytesMax: OUTPUT_BYTES_MAX,
    clock: does === "nothing" ? hasty : systemClock,
    entropy: systemEntropy,
    log: recordingLogger(),
  });
  const reply = await sandbox.run({
    skill: "example",
    timeoutMs: 50_000,
    signal: new AbortController().signal,
    permissions: NO_PERMISSIONS,
    invocation: {
      operation: "run",
      source: skillFile("return 42"),
      language: "ts",
      input: null,
      key: "",
      secrets: {},
    },
  });
  const lines = (await Deno.readTextFile(marker)).split("\n").length - 1;
  return { reply, deaf: lines };
}

Deno.test("Sandbox gives a call that a process did not take to another", async () => {
  for (const does of ["nothing", "dies"] as const) {
    const { reply, deaf } = await attempt(does, 2);
    assert.deepEqual([reply, deaf], [{ ok: true, text: "42" }, 2], does);
  }
});

Deno.test("Sandbox gives up a call that no process takes", async () => {
  const { reply, deaf } = await attempt("dies", Infinity);
  assert.deepEqual(reply, {
    ok: false,
    code: "skill_host_died",
    message: "None of 3 processes took the call",
  });
  assert.equal(deaf, 3);
});

Deno.test("Sandbox never gives a call to another that has begun, or may have", async () => {
  for (const does of ["begins and dies", "shouts"] as const) {
    const { reply, deaf } = await attempt(does, Infinity);
    assert.ok(!reply.ok);
    assert.deepEqual([reply.code, deaf], ["skill_host_died", 1], does);
  }
});
