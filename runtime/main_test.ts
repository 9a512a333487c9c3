import assert from "node:assert/strict";
import { EXIT } from "./cli/exit_code.ts";
import { fakeNode } from "./cli/fake_node.ts";

const FLAGS = [
  "run",
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
];

/** Starts the program as a process of its own. */
function start(args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
  const main = new URL("./main.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [...FLAGS, main, ...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the program to its end, with that on standard input. */
async function run(args: readonly string[], input = ""): Promise<[number, string, string]> {
  const child = start(args);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return [code, decoder.decode(stdout), decoder.decode(stderr)];
}

Deno.test("main ends with the exit code of what happened", async () => {
  await using node = fakeNode({ "GET /health": () => ({ status: "ok" }) });
  const cases = [
    [["health", "--url", node.url], EXIT.ok],
    [["sessions", "show", "ses_1", "--url", node.url], EXIT.notFound],
    [["no-such-command"], EXIT.usage],
    [["health", "--url", "http://127.0.0.1:1"], EXIT.unreachable],
  ] as const;
  const runs = await Promise.all(cases.map(([args]) => run(args)));
  assert.deepEqual(runs.map(([code]) => code), cases.map(([, code]) => code));
});

Deno.test("main writes standard output whole", async () => {
  const items = Array.from({ length: 200 }, (_, n) => ({ id: "x".repeat(5000), seq: n }));
  await using node = fakeNode({ "GET /api/v1/sessions": () => ({ items, next: null }) });
  const [code, stdout] = await run([
    "sessions",
    "ls",
    "--limit",
    "200",
    "--json",
    "--url",
    node.url,
  ]);
  assert.equal(code, EXIT.ok);
  assert.deepEqual(JSON.parse(stdout).items, items);
});

Deno.test("main serve says where it listens, refuses a second node, and stops at SIGTERM", async () => {
  const folder = await Deno.makeTempDir();
  const args = ["serve", "--json", "--port", "0", "--metrics-port", "0", "--data-dir", folder];
  const first = start(args, { LOG_LEVEL: "ERROR" });
  try {
    const { api_url, pid } = JSON.parse(await firstDocument(first.stdout));
    assert.equal(pid, first.pid);
    assert.deepEqual((await run(["health", "--ready", "--url", api_url]))[0], EXIT.ok);
    const [code, , stderr] = await run(args);
    assert.equal(code, EXIT.failed);
    assert.equal(JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error.code, "journal_in_use");
    first.kill("SIGTERM");
    assert.equal((await first.status).code, EXIT.ok);
  } finally {
    try {
      first.kill("SIGKILL");
    } catch {
      // It has ended, as it should.
    }
    await Promise.all([first.stdin.close(), first.stderr.cancel()]);
    await Deno.remove(folder, { recursive: true });
  }
});

/** Reads an indented JSON object: it ends with the first line that is a lone brace. */
async function firstDocument(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const piece of stream.pipeThrough(
      new TextDecoderStream() as TransformStream<Uint8Array, string>,
    )
  ) {
    text += piece;
    const end = text.indexOf("\n}\n");
    if (end >= 0) return text.slice(0, end + 2);
  }
  return text;
}
