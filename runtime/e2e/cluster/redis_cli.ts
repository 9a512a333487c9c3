/**
 * Test support: `redis-cli`, as other systems would speak to the streams.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Server } from "../../../.ci/services/server.ts";

/** Runs one command; the answer, as `redis-cli --json` prints it. */
export async function redisCli<Answer>(
  server: Server,
  ...command: readonly string[]
): Promise<Answer> {
  return JSON.parse(await run(server, ["--json", ...command], ""));
}

/** Sends many commands at once, as `redis-cli --pipe` does: all are answered, none with an error. */
export async function redisPipe(
  server: Server,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const said = await run(server, ["--pipe"], commands.map(protocolText).join(""));
  assert.match(said, new RegExp(`errors: 0, replies: ${commands.length}\n`));
}

async function run({ port }: Server, args: readonly string[], input: string): Promise<string> {
  const child = new Deno.Command("redis-cli", {
    args: ["-h", "127.0.0.1", "-p", String(port), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    writer.write(new TextEncoder().encode(input)).then(() => writer.close()),
  ]);
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}

/** A command in the protocol's own words. */
function protocolText(command: readonly string[]): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const parts = command.map((part) => `$${bytes(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join("")}`;
}
