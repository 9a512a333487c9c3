import assert from "node:assert/strict";
import type { Client } from "../cli/client.ts";
import { withSchema } from "../cli/test_schema.ts";
import { systemClock } from "../clock.ts";
import { CommandLine } from "./command_line.ts";
import { ask, eventsOf, openSession, payloads, send, until } from "./session_calls.ts";
import { Site } from "./site.ts";

/** A message that a node acknowledged, and when the sender knew. */
interface Acknowledged {
  readonly session: string;
  readonly text: string;
  readonly at: number;
}

interface Written {
  readonly path: string;
  readonly manifest: { readonly point: { readonly taken_at: number; readonly actors: number } };
}

const SESSIONS = ["ses_a", "ses_b", "ses_c"];

/** How many messages are acknowledged before the backup, at least. */
const BEFORE = 60;

/** Sends to a session, now and then without waiting for the answer, until told to end. */
async function write(
  client: Client,
  session: string,
  { acks, stopped }: { readonly acks: Acknowledged[]; readonly stopped: () => boolean },
): Promise<void> {
  for (let n = 0; !stopped(); n++) {
    const text = `${session} says ${n}`;
    if (n % 3 === 0) await ask(client, session, text);
    else await send(client, session, text);
    acks.push({ session, text, at: systemClock.now() });
  }
}

/** What a session was told, in order. */
async function toldTo(client: Client, session: string): Promise<string[]> {
  const received = payloads<{ content: unknown }>(
    await eventsOf(client, session),
    "message.received",
  );
  return received.map(({ content }) => JSON.stringify(content));
}

Deno.test("a backup taken under load has all that was acknowledged before, and sessions go on with it", async () => {
  await using site = await Site.create();
  const cli = new CommandLine(site);
  const node = await site.start();
  for (const session of SESSIONS) await openSession(node.client, session);
  const acks: Acknowledged[] = [];
  let stop = false;
  const load = { acks, stopped: () => stop };
  const written = Promise.all(SESSIONS.map((session) => write(node.client, session, load)));
  await until(
    node.client,
    "enough is acknowledged",
    () => Promise.resolve(acks.length >= BEFORE || null),
  );
  const copying = cli.json<Written>("backup", "--to", `${site.root}/backups`);
  const { path, manifest } = await copying.finally(() => void (stop = true));
  await written;
  const { taken_at } = manifest.point;
  const owed = acks.filter(({ at }) => at < taken_at);
  assert.ok(owed.length >= BEFORE);
  assert.ok(owed.length < acks.length, "others were acknowledged after it");

  await node.kill();
  await Deno.remove(site.dataDir, { recursive: true });
  assert.match(await cli.text("restore", path), /none was edited/);
  const again = await site.run(["restore", path]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is there already: restore into an empty data folder/);
  assert.match(await cli.text("audit", "verify"), /^Verified 3 sessions .* none was edited/);

  const restored = await site.start();
  for (const session of SESSIONS) {
    const wanted = owed.filter((ack) => ack.session === session);
    const told = await until(restored.client, `${session} has been told all`, async () => {
      const told = await toldTo(restored.client, session);
      return told.length >= wanted.length ? told : null;
    });
    for (const { text } of wanted) {
      assert.equal(told.filter((content) => content.includes(`${text}"`)).length, 1, text);
    }
    assert.match(await ask(restored.client, session, "and on"), /and on/);
  }
});

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
