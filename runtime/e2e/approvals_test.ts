import assert from "node:assert/strict";
import { CliError } from "../cli/cli_error.ts";
import { ledgerOf, ledgerSkill } from "./ledger.ts";
import type { NodeProcess } from "./node_process.ts";
import {
  decide,
  eventsOf,
  openSession,
  payloads,
  question,
  send,
  until,
  untilStatus,
} from "./session_calls.ts";
import { Site } from "./site.ts";

const SKILL = "wire_money";
const SESSION = "risky";
const CALL = `/call ${SKILL} {"text":"100"}`;

/** A place with a risky skill, where idle actors leave memory at once. */
function riskySite(): Promise<Site> {
  return Site.create({
    config: { limits: { idle_ms: 50 } },
    skills: (root) => ({
      "wire.ts": ledgerSkill(root, { name: SKILL, idempotent: false, risk: 3 }),
    }),
  });
}

/** Has a node ask whether the risky call may run. */
async function askFirst({ client }: NodeProcess) {
  await openSession(client, SESSION);
  const accepted = await send(client, SESSION, CALL, { query: { wait: "30s" } });
  assert.ok(!("outcome" in accepted), "it waits for a person");
  const asked = await question(client, SESSION);
  assert.equal(accepted.status, "waiting");
  assert.deepEqual(accepted.approvals, [asked.id]);
  return asked;
}

/** The last thing that the model said: the demo reports what it was told of the call. */
async function lastAnswer({ client }: NodeProcess): Promise<string> {
  await untilStatus(client, SESSION, "idle");
  const answers = payloads<{ text: string }>(await eventsOf(client, SESSION), "llm.completed");
  return answers.at(-1)?.text ?? "";
}

async function activeActors(node: NodeProcess): Promise<number> {
  const text = await (await fetch(`${node.metricsUrl}/metrics`)).text();
  return Number(/^synapse_active_actors (\d+)$/m.exec(text)?.[1]);
}

Deno.test("a risky call waits without an activation, through kill -9, and runs once when approved", async () => {
  await using site = await riskySite();
  const first = await site.start();
  const asked = await askFirst(first);
  assert.deepEqual([asked.skill, asked.risk, asked.input], [SKILL, 3, { text: "100" }]);
  const noActor = async () => await activeActors(first) === 0 || null;
  await until(first.client, "the waiting session has left memory", noActor);
  await first.kill();

  const second = await site.start();
  assert.deepEqual(await question(second.client, SESSION), asked);
  assert.equal(await activeActors(second), 0, "a restart does not wake what waits for a person");
  assert.deepEqual(await ledgerOf(site.root, SKILL), [], "nothing ran without an approval");

  const settled = await decide(second.client, asked, { decision: "approve" });
  assert.deepEqual([settled.status, settled.decision?.by], ["approve", "local"]);
  assert.match(await lastAnswer(second), /wire_money returned: wire_money did 100/);
  assert.equal((await ledgerOf(site.root, SKILL)).length, 1);
  await assert.rejects(
    decide(second.client, asked, { decision: "approve" }),
    (error) => error instanceof CliError && error.code === "approval_decided",
  );
  assert.equal((await ledgerOf(site.root, SKILL)).length, 1);
});

Deno.test("approving twice is a conflict for the second", async () => {
  await using site = await riskySite();
  const node = await site.start();
  const asked = await askFirst(node);
  const post = () =>
    fetch(`${node.url}/api/v1/approvals/${encodeURIComponent(asked.id)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ decision: "approve" }),
    });
  const answers = await Promise.all([post(), post(), post()]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
  await Promise.all(answers.map((answer) => answer.body?.cancel()));
  await lastAnswer(node);
  assert.equal((await ledgerOf(site.root, SKILL)).length, 1);
});

Deno.test("a denied call does not run, and the model is told why", async () => {
  await using site = await riskySite();
  const node = await site.start();
  const asked = await askFirst(node);
  await decide(node.client, asked, { decision: "deny", reason: "not on a Friday" });
  assert.match(await lastAnswer(node), /wire_money failed: .*not on a Friday/);
  assert.deepEqual(await ledgerOf(site.root, SKILL), []);
});

Deno.test("a call runs with the input that a person edited, and the journal shows both", async () => {
  await using site = await riskySite();
  const node = await site.start();
  const asked = await askFirst(node);
  await assert.rejects(
    decide(node.client, asked, { decision: "approve", input: { text: 7 } }),
    (error) => error instanceof CliError && error.code === "invalid_request",
  );
  await decide(node.client, asked, { decision: "approve", input: { text: "10" } });
  assert.match(await lastAnswer(node), /wire_money returned: wire_money did 10$/m);
  assert.deepEqual((await ledgerOf(site.root, SKILL)).map(({ text }) => text), ["10"]);

  const events = await eventsOf(node.client, SESSION);
  const inputs = ["skill.requested", "approval.requested", "approval.decided", "skill.started"]
    .map((type) => payloads<{ input: unknown }>(events, type)[0]?.input);
  assert.deepEqual(inputs, [{ text: "100" }, { text: "100" }, { text: "10" }, { text: "10" }]);
  assert.equal(payloads<{ edited: boolean }>(events, "approval.decided")[0]?.edited, true);
});
