import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { readLines } from "../sandbox/line_protocol.ts";

/** How many file descriptors the program may have. */
const DESCRIPTORS = 400;

/** How many clients come at once. */
const CLIENTS = 1500;

/** For how long they stay, in milliseconds. */
const STAY_MS = 1000;

const LINE_BYTES_MAX = 1000;

const ignore = Deno.build.os === "windows";

/** Runs the program with few descriptors. Its first line says where it serves. */
function start(...args: readonly string[]) {
  const program = fileURLToPath(import.meta.resolve("./few_descriptors.ts"));
  const limited = `ulimit -n ${DESCRIPTORS}; exec "$0" "$@"`;
  const run = [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    "--allow-run=sh",
    program,
  ];
  const child = new Deno.Command("sh", {
    args: ["-c", limited, ...run, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = readLines(child.stdout, LINE_BYTES_MAX);
  return {
    line: async () => (await lines.next()).value,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      while (!(await lines.next()).done);
    },
  };
}

/** Connects many clients at once, and lets them go. */
async function flood(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const clients = Array.from({ length: CLIENTS }, async () => {
    const peer = await Deno.connect({ hostname, port: Number(port) }).catch(() => null);
    await systemClock.sleep(STAY_MS);
    peer?.close();
  });
  await Promise.all(clients);
}

Deno.test(
  "with few file descriptors a socket still serves after many clients came",
  { ignore },
  async () => {
    await using program = start();
    const url = String(await program.line());
    for (let i = 0; i < 2; i++) {
      await flood(url);
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      assert.equal(await response.text(), "hello");
    }
  },
);

// Also that the limit is needed: when this fails, Deno has been mended.
Deno.test(
  "hears() finds a socket deaf for which there was no descriptor once",
  { ignore },
  async () => {
    await using program = start("exhaust");
    await program.line();
    assert.equal(await program.line(), "deaf");
  },
);
