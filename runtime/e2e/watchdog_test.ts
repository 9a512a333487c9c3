import assert from "node:assert/strict";
import { systemClock } from "../clock.ts";
import { launchArguments, startProgram } from "./program.ts";
import { Site } from "./site.ts";

/** The shortest that is accepted. */
const WATCHED = { SYNAPSE_WATCHDOG_SECONDS: "5", LOG_FORMAT: "json" };

/** Longer than the node may show no life, in milliseconds. */
const SILENCE_MS = 6500;

/** Ends a node that its watchdog does not, in milliseconds. */
const HANG_MS = 30_000;

/** As in the container image, where the program may start itself and no other. */
const PERMITTED = launchArguments().map((word) =>
  word === "--allow-run" ? `--allow-run=${Deno.execPath()}` : word
);
const [RUN = "", ...FLAGS] = PERMITTED;
const INSPECTED = [RUN, "--inspect=127.0.0.1:0", ...FLAGS];

/** Reads on until that is in the text, or the stream ends; resolves to what was read. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: RegExp) {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: true });
    if (done || wanted.test(text)) return text;
  }
}

/** Whether the node answers, as one does that is well: in less than a second. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
    await response.body?.cancel();
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") return false;
    throw error;
  }
}

/**
 * Starts a node, and has its event loop do that for ever, as a debugger can.
 *
 * @param listen whether its log is read meanwhile
 * @returns how it ended, and what it logged from then on if that was read
 */
async function endOf(site: Site, expression: string, { listen }: { readonly listen: boolean }) {
  const env = { ...site.env, ...WATCHED };
  const child = startProgram({
    args: ["serve", "--json"],
    cwd: site.root,
    env,
    launch: INSPECTED,
  });
  const [stdout, stderr] = [child.stdout.getReader(), child.stderr.getReader()];
  await child.stdin.close();
  const greeting = await readUntil(stderr, /ws:\S+\n/);
  const [url] = greeting.match(/ws:\S+/) ?? assert.fail(greeting);
  const ready = await readUntil(stdout, /\n}\n/);
  const { pid, api_url } = JSON.parse(ready);
  const rest = listen ? readUntil(stderr, /(?!)/) : null;
  const debug = new WebSocket(url);
  await new Promise((resolve) => debug.onopen = resolve);
  debug.send(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
  while (await answers(api_url));
  const ended = new AbortController();
  void systemClock.sleep(HANG_MS, ended.signal).then(() => {
    if (!ended.signal.aborted) Deno.kill(pid, "SIGKILL");
  });
  const begun = systemClock.monotonic();
  const status = await child.status;
  ended.abort();
  const ms = systemClock.monotonic() - begun;
  const log = await rest;
  debug.close();
  await Promise.all([stdout.cancel(), stderr.cancel()]);
  assert.ok(ms < HANG_MS, `It went on for ${Math.round(ms)} ms`);
  return { signal: status.signal, log };
}

Deno.test("a node whose event loop stands still is ended by its watchdog, which says so", async () => {
  await using site = await Site.create();
  const { signal, log } = await endOf(site, "for (;;);", { listen: true });
  assert.equal(signal, "SIGKILL");
  const last = log?.trimEnd().split("\n").at(-1) ?? "";
  const { level, node, message } = JSON.parse(last);
  assert.deepEqual([level, message], [
    "error",
    "Node showed no life for 5 s; its watchdog ends it",
  ]);
  assert.match(node, /^[\w.-]+$/);
});

Deno.test("a node that waits for a log that nobody reads is ended by its watchdog", async () => {
  await using site = await Site.create();
  const expression = "for (;;) Deno.stderr.writeSync(new Uint8Array(4096))";
  const { signal } = await endOf(site, expression, { listen: false });
  assert.equal(signal, "SIGKILL");
});

Deno.test("a watched node that was stopped for longer than it may be silent goes on, and ends with 0", async () => {
  await using site = await Site.create();
  const node = await site.start({ env: WATCHED, launch: PERMITTED });
  Deno.kill(node.pid, "SIGSTOP");
  await systemClock.sleep(SILENCE_MS);
  Deno.kill(node.pid, "SIGCONT");
  await systemClock.sleep(SILENCE_MS);
  assert.deepEqual((await node.client.get<{ status: string }>("/health")).status, "ok");
  assert.equal((await node.terminate()).code, 0);
  assert.doesNotMatch(node.log, /watchdog/);
});

/** What makes a process the first one, as in a container. */
const NAMESPACE = ["unshare", "--pid", "--fork", "--kill-child"];

/** Why that cannot be done here, or null. */
async function namespaceObstacle(): Promise<string | null> {
  if (Deno.build.os !== "linux") return "it needs Linux";
  const { success, stderr } = await new Deno.Command("timeout", {
    args: ["5", ...NAMESPACE, "true"],
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trim();
}
const obstacle = await namespaceObstacle();

Deno.test({
  name: "a watched node that is the first process of its container refuses to start" +
    (obstacle === null ? "" : ` (passed over: ${obstacle})`),
  ignore: obstacle !== null,
  fn: async () => {
    await using site = await Site.create();
    const { code, stderr } = await new Deno.Command("timeout", {
      args: [
        ...["30", ...NAMESPACE],
        ...[Deno.execPath(), ...PERMITTED, "serve", "--json"],
      ],
      env: { ...site.env, ...WATCHED },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 2, said);
    assert.match(said, /SYNAPSE_WATCHDOG_SECONDS is 5, wanted 0: it cannot end the first process/);
  },
});
