import assert from "node:assert/strict";
import type { Client } from "../cli/client.ts";
import { withSchema } from "../cli/test_schema.ts";
import { ask, eventsOf, openSession, payloads } from "./session_calls.ts";
import { Site } from "./site.ts";

/** What a session was told, in order. */
async function toldTo(client: Client, session: string): Promise<string[]> {
  const received = payloads<{ content: unknown }>(
    await eventsOf(client, session),
    "message.received",
  );
  return received.map(({ content }) => JSON.stringify(content));
}

Deno.test("a journal moved to Postgres is gone on with by a node there", async () => {
  await withSchema(async (url) => {
    await using site = await Site.create();
    const node = await site.start();
    await openSession(node.client, "ses_a");
    await ask(node.client, "ses_a", "before the move");
    const env = { DATABASE_URL: url };
    const early = await site.run(["migrate-store"], { env });
    assert.equal(early.code, 1);
    assert.match(early.stderr, /is in use by process/);
    await node.terminate();

    const moved = await site.run(["migrate-store"], { env });
    assert.equal(moved.code, 0, moved.stderr);
    assert.match(moved.stdout, /^Moved \d+ actors? with \d+ events from .*: none was edited/);
    const next = await site.start({ env });
    assert.match((await toldTo(next.client, "ses_a")).join(), /before the move/);
    assert.match(await ask(next.client, "ses_a", "after the move"), /after the move/);
    const twice = await site.run(["migrate-store"], { env });
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /Database has rows in actors already/);
  });
});
