import assert from "node:assert/strict";
import type { ApiReady } from "../cli/api_types.ts";
import { CliError } from "../cli/cli_error.ts";
import type { Client } from "../cli/client.ts";
import { ask, eventsOf, openSession, payloads, send, until } from "./session_calls.ts";
import { Site } from "./site.ts";
import { SmallDisk } from "./small_disk.ts";

/** Room for an empty journal and a few sessions. */
const DISK_KIB = 4096;

/** Messages large enough to need new pages soon. */
const FILLER = "x".repeat(20_000);

const probe = await SmallDisk.mount(64);
await probe?.[Symbol.asyncDispose]();

Deno.test({
  name: "a full disk makes the node refuse, and once there is room again nothing is missing",
  // Only root may mount a small file system.
  ignore: probe === null,
  fn: async () => {
    await using disk = (await SmallDisk.mount(DISK_KIB))!;
    await using site = await Site.create({ dataDir: `${disk.path}/data` });
    const node = await site.start();
    const { client } = node;
    await openSession(client, "full");
    const acknowledged = [`0 ${FILLER}`];
    await ask(client, "full", acknowledged[0]!);

    await disk.fill();
    for (let n = 1;; n++) {
      const refused = await tell(client, `${n} ${FILLER}`);
      if (refused) break;
      acknowledged.push(`${n} ${FILLER}`);
    }
    const body = { content: "no room" };
    const refusal = await client.send("POST", "/api/v1/sessions/full/messages", { body });
    assert.equal(refusal.status, 503);
    assert.equal(refusal.headers.get("content-type"), "application/problem+json");
    assert.ok(Number(refusal.headers.get("retry-after")) >= 1);
    assert.equal((await refusal.json()).code, "journal_unavailable");
    const ready = await client.send("GET", "/ready");
    assert.equal(ready.status, 503);
    const { checks }: ApiReady = await ready.json();
    assert.match(checks.journal?.detail ?? "", /full/);
    assert.equal((await client.get<{ status: string }>("/health")).status, "ok");

    await disk.free();
    await until(client, "the node is ready again", async () => {
      const answer = await client.send("GET", "/ready");
      await answer.body?.cancel();
      return answer.ok || null;
    });
    acknowledged.push("after all");
    await ask(client, "full", "after all");
    assert.deepEqual(await received(client), acknowledged);

    await node.kill();
    const next = await site.start();
    assert.deepEqual(await received(next.client), acknowledged);
    assert.equal((await site.run(["audit", "verify"], { node: next })).code, 0);
  },
});

/** Sends a message. Returns whether it was refused; then it must be as documented. */
async function tell(client: Client, content: string): Promise<boolean> {
  try {
    await send(client, "full", content);
    return false;
  } catch (error) {
    assert.ok(error instanceof CliError, String(error));
    assert.equal(error.code, "journal_unavailable");
    return true;
  }
}

async function received(client: Client): Promise<string[]> {
  return payloads<{ content: string }>(await eventsOf(client, "full"), "message.received")
    .map(({ content }) => content);
}
