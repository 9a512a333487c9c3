import assert from "node:assert/strict";
import type { ApiSession } from "../cli/api_types.ts";
import { apiPath, type Client } from "../cli/client.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import type { NodeProcess } from "./node_process.ts";
import {
  ask,
  decide,
  eventsOf,
  openSession,
  payloads,
  question,
  questionsOf,
  send,
  until,
  untilStatus,
} from "./session_calls.ts";
import { Site } from "./site.ts";

const SKILL = "wire_money";

/** What the demo model delegates. */
const delegate = (task: string) => `/call delegate ${JSON.stringify({ agent: "assistant", task })}`;

/** A place with a risky skill, where idle actors leave memory at once. */
function place(limits: Readonly<Record<string, number>> = {}): Promise<Site> {
  return Site.create({
    config: { limits: { idle_ms: 50, ...limits } },
    skills: (root) => ({
      "wire.ts": ledgerSkill(root, { name: SKILL, idempotent: false, risk: 3 }),
    }),
  });
}

/** The only child of a session, once there is one. */
function childOf(client: Client, session: string): Promise<string> {
  return until(client, `session ${session} has a child`, async () => {
    const events = await eventsOf(client, session);
    return payloads<{ child_id: string }>(events, "child.spawned")[0]?.child_id ?? null;
  });
}

async function activeActors(node: NodeProcess): Promise<number> {
  const text = await (await fetch(`${node.metricsUrl}/metrics`)).text();
  return Number(/^synapse_active_actors (\d+)$/m.exec(text)?.[1]);
}

Deno.test("a delegated task is done in a session of its own, whose answer is the call's result", async () => {
  await using site = await place();
  const { client } = await site.start();
  await openSession(client, "chief");
  const answer = await ask(
    client,
    "chief",
    [delegate("/say One"), delegate("/say Two")].join("\n"),
  );
  assert.match(answer, /delegate returned: One/);
  assert.match(answer, /delegate returned: Two/);

  const events = await eventsOf(client, "chief");
  const spawned = payloads<{ child_id: string; depth: number }>(events, "child.spawned");
  assert.deepEqual(spawned.map(({ depth }) => depth), [1, 1]);
  assert.equal(payloads(events, "child.replied").length, 2);
  for (const { child_id } of spawned) {
    const child = await client.get<ApiSession & { parent: string | null }>(
      apiPath("sessions", child_id),
    );
    assert.deepEqual([child.status, child.parent], ["closed", "chief"]);
    assert.deepEqual(child.metadata, { parent: "chief", depth: 1 });
  }
});

Deno.test("a parent waits without an activation while its child asks a person, through kill -9", async () => {
  await using site = await place();
  const first = await site.start();
  await openSession(first.client, "chief");
  await send(first.client, "chief", delegate(`/call ${SKILL} {"text":"100"}`));
  const child = await childOf(first.client, "chief");
  const asked = await question(first.client, child);
  assert.deepEqual(asked.input, { text: "100" });
  const noActor = async () => await activeActors(first) === 0 || null;
  await until(first.client, "parent and child have left memory", noActor);
  await first.kill();

  const second = await site.start();
  await decide(second.client, asked, { decision: "approve" });
  await untilStatus(second.client, "chief", "idle");
  const events = await eventsOf(second.client, "chief");
  const answers = payloads<{ text: string }>(events, "llm.completed");
  assert.match(answers.at(-1)?.text ?? "", /delegate returned: .*wire_money returned: .* did 100/);
  assert.equal((await ledgerOf(site.root, SKILL)).length, 1);
});

Deno.test("cancelling a turn closes its children and theirs, and takes their questions back", async () => {
  await using site = await place();
  const { client } = await site.start();
  await openSession(client, "chief");
  await send(client, "chief", delegate(delegate(`/call ${SKILL} {"text":"100"}`)));
  const child = await childOf(client, "chief");
  const grandchild = await childOf(client, child);
  await question(client, grandchild);
  await client.post(apiPath("sessions", "chief", "cancel"), { reason: "not now" });
  await untilStatus(client, grandchild, "closed");
  await untilStatus(client, child, "closed");
  assert.deepEqual(await questionsOf(client, grandchild), []);
  assert.equal(payloads(await eventsOf(client, "chief"), "child.replied").length, 0);
  assert.deepEqual(await ledgerOf(site.root, SKILL), []);
});

Deno.test("a call that may not or cannot delegate fails, and the model is told why", async () => {
  await using site = await place({ delegation_depth: 1 });
  const { client } = await site.start();
  await openSession(client, "chief");
  assert.match(
    await ask(client, "chief", delegate(delegate("/say Deep"))),
    /delegate returned: .*delegate failed: delegation_too_deep: Session is at depth 1/,
  );
  assert.match(
    await ask(client, "chief", `/call delegate {"agent":"nobody","task":"/say Hello"}`),
    /delegate failed: agent_not_found: Agent nobody does not exist/,
  );
  assert.match(
    await ask(client, "chief", delegate(delegate("x".repeat(100_001)))),
    /delegate failed: skill_invalid_input/,
  );
});
