import assert from "node:assert/strict";
import { CliError } from "../cli/cli_error.ts";
import { systemClock } from "../clock.ts";
import type { NodeProcess } from "./node_process.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import { eventsOf, openSession, payloads, question, send, untilStatus } from "./session_calls.ts";
import { Site } from "./site.ts";

const CLIENTS = 8;
const RESTARTS = 2;

/** Milliseconds of load between two restarts. */
const LOAD_MS = 700;

/** What a stopping node may take on a busy machine, in milliseconds; alone it takes a tenth. */
const STOP_MS_MAX = 5000;

/** What a client with any sense repeats. */
const PASSING = ["connection_lost", "unreachable", "draining", "journal_unavailable", "fenced"];

/** The node that clients should talk to now. */
interface Target {
  node: NodeProcess;
}

/** Sends messages one after the other until told to stop. Returns those acknowledged, by the ids given. */
async function talk(target: Target, session: string, stop: AbortSignal) {
  const acknowledged: { readonly id: string; readonly content: string }[] = [];
  for (let n = 0; !stop.aborted; n++) {
    const content = `message ${n} of ${session}`;
    const { id } = await persist(() =>
      send(target.node.client, session, content, { key: `${session}-${n}` })
    );
    acknowledged.push({ id, content });
  }
  return acknowledged;
}

async function persist<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof CliError && error.code === "mailbox_full") {
        await systemClock.sleep(200);
      } else if (error instanceof CliError && PASSING.includes(error.code)) {
        await systemClock.sleep(20);
      } else throw error;
    }
  }
}

Deno.test("SIGTERM under load loses and repeats no message, and ends the node in good order", async () => {
  await using site = await Site.create();
  const target: Target = { node: await site.start() };
  const stop = new AbortController();
  const sessions = Array.from({ length: CLIENTS }, (_, i) => `busy-${i}`);
  await Promise.all(sessions.map((session) => openSession(target.node.client, session)));
  const clients = sessions.map((session) => talk(target, session, stop.signal));
  for (let i = 0; i < RESTARTS; i++) {
    await systemClock.sleep(LOAD_MS);
    const { code, ms } = await target.node.terminate();
    assert.equal(code, 0);
    assert.ok(ms < STOP_MS_MAX, `it took ${ms} ms to stop`);
    target.node = await site.start();
  }
  await systemClock.sleep(LOAD_MS);
  stop.abort();
  const acknowledged = await Promise.all(clients);
  console.log(`${acknowledged.flat().length} messages acknowledged over ${RESTARTS} restarts`);

  const { client } = target.node;
  for (const [i, session] of sessions.entries()) {
    await untilStatus(client, session, "idle");
    const events = await eventsOf(client, session);
    const received = payloads<{ message_id: string; content: string }>(events, "message.received");
    assert.deepEqual(
      received.map(({ message_id: id, content }) => ({ id, content })),
      acknowledged[i],
    );
    const answered = payloads<{ message_ids: string[] }>(events, "turn.started");
    assert.deepEqual(
      answered.flatMap(({ message_ids }) => message_ids).sort(),
      received.map(({ message_id }) => message_id).sort(),
      "each message got a turn",
    );
  }
  assert.equal((await site.run(["audit", "verify"], { node: target.node })).code, 0);
});

Deno.test("a stopping node lets a short skill call end and leaves a long one to the next", async () => {
  await using site = await Site.create({
    config: { limits: { drain_ms: 1500 } },
    skills: (root) => ({
      "short.ts": ledgerSkill(root, { name: "short", idempotent: false, ms: 300 }),
      "long.ts": ledgerSkill(root, { name: "long", idempotent: false, ms: 20_000 }),
    }),
  });
  const first = await site.start();
  await openSession(first.client, "draining");
  await send(first.client, "draining", '/call short {"text":"a"}\n/call long {"text":"b"}');
  while ((await ledgerOf(site.root, "long")).length === 0) await systemClock.sleep(20);
  const { code, ms } = await first.terminate();
  assert.equal(code, 0);
  assert.ok(ms < STOP_MS_MAX, `it took ${ms} ms to stop`);

  const { client } = await site.start();
  const asked = await question(client, "draining");
  assert.deepEqual([asked.kind, asked.skill], ["interrupted", "long"]);
  const done = payloads<{ output: unknown }>(await eventsOf(client, "draining"), "skill.completed");
  assert.deepEqual(done.map(({ output }) => output), ["short did a"]);
  assert.equal((await ledgerOf(site.root, "short")).length, 1);
});
