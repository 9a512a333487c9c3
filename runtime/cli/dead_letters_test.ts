import assert from "node:assert/strict";
import { fakeNode, runCli } from "./fake_node.ts";

Deno.test("dead-letters ls and retry", async () => {
  const letter = {
    id: "dl_1",
    actor: "session/ses_1",
    command_id: "cmd_1",
    command: {},
    sender: "local",
    error: "Boom",
    attempts: 5,
    at: "2026-01-01T00:00:00.000Z",
    status: "open",
  };
  await using node = fakeNode({
    "GET /api/v1/dead-letters": () => ({ items: [letter], next: null }),
    "POST /api/v1/dead-letters/dl_1/retry": () => Response.json(letter, { status: 202 }),
  });
  const run = (...args: string[]) => runCli(["dead-letters", ...args, "--url", node.url]);
  assert.match((await run("ls")).stdout, /^dl_1 +open +5 +session\/ses_1 .* Boom$/m);
  assert.match((await run("retry", "dl_1")).stdout, /session\/ses_1/);
});
