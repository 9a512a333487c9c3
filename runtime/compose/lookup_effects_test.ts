import assert from "node:assert/strict";
import type { Effect } from "../../actors/behavior.ts";
import { agentSchema } from "../../actors/session/agent.ts";
import type { AgentStore, Directory } from "../journal/directory_port.ts";
import { JournalUnavailable } from "../journal/port.ts";
import { ManualClock } from "../manual_clock.ts";
import { createLookupEffects } from "./lookup_effects.ts";

const ADDRESS = { tenant: "acme", type: "session", id: "ses_1" };

const AWAY = new JournalUnavailable("Journal is away", { rolled_back: true });

/** Handlers over a journal that has what the test says. */
function handlers(journal: Partial<AgentStore & Directory>, clock = new ManualClock()) {
  return createLookupEffects({
    journal: journal as AgentStore & Directory,
    clock,
    limits: { schedules_per_session: 2 },
  });
}

function effect(kind: string, input: object): Effect {
  return { id: "call_1_0/1", kind, policy: "retry", input: { call_id: "call_1_0", ...input } };
}

const context = (signal = new AbortController().signal) => ({
  address: ADDRESS,
  signal,
  delta: () => {},
  reset: () => {},
});

const WRITER = { name: "writer", version: 3, spec: {}, created_at: 0 };

Deno.test("the effect agent gives the newest version of an agent of the session's tenant", async () => {
  const asked: unknown[] = [];
  const { agent } = handlers({
    agent: (...what) => {
      asked.push(what);
      return Promise.resolve(WRITER);
    },
  });
  assert.deepEqual(await agent.run(effect("agent", { agent: "writer" }), context()), {
    type: "child.spawn",
    call_id: "call_1_0",
    agent: { name: "writer", version: 3, spec: agentSchema.parse({}) },
  });
  assert.deepEqual(asked, [["acme", "writer", null]]);
});

Deno.test("the effect agent fails the call when there is no such agent", async () => {
  const { agent } = handlers({ agent: () => Promise.resolve(null) });
  assert.deepEqual(await agent.settle(effect("agent", { agent: "nobody" }), context()), {
    type: "skill.fail",
    call_id: "call_1_0",
    error: { code: "agent_not_found", message: "Agent nobody does not exist" },
    ms: 0,
  });
});

Deno.test("the effect agent waits for a journal that is away, until nobody wants the answer", async () => {
  const clock = new ManualClock();
  let away = true;
  const { agent } = handlers({
    agent: () => away ? Promise.reject(AWAY) : Promise.resolve(WRITER),
  }, clock);
  const work = effect("agent", { agent: "writer" });
  const answer = agent.run(work, context()) as Promise<{ type: string }>;
  while (clock.sleeping === 0) await clock.yield();
  away = false;
  await clock.advance(500);
  assert.equal((await answer).type, "child.spawn");

  away = true;
  const gone = new AbortController();
  const given = agent.run(work, context(gone.signal)) as Promise<{ type: string }>;
  while (clock.sleeping === 0) await clock.yield();
  gone.abort();
  assert.equal((await given).type, "skill.fail");
});

Deno.test("the effect agent reports a defect to the engine, and says how its call ends then", async () => {
  const defect = new TypeError("undefined is no function");
  const { agent } = handlers({ agent: () => Promise.reject(defect) });
  const work = effect("agent", { agent: "writer" });
  await assert.rejects(agent.run(work, context()), defect);
  assert.deepEqual(agent.failed(work, defect), {
    type: "skill.fail",
    call_id: "call_1_0",
    error: { code: "internal", message: "undefined is no function" },
    ms: 0,
  });
});

Deno.test("the effect schedules gives the session's schedules that are not closed", async () => {
  const asked: unknown[] = [];
  const record = (status: string) => ({
    address: { ...ADDRESS, type: "schedule", id: `sch_${status}` },
    seq: 1,
    summary: {
      status,
      label: "ses_1",
      details: {
        outcome: null,
        name: null,
        content: "Report",
        session: "ses_1",
        agent: null,
        agent_version: null,
        plan: { cron: "@daily", time_zone: "UTC" },
        next: status === "active" ? 86_400_000 : null,
        fired: 0,
        missed: 0,
        last: null,
      },
    },
    created_at: 0,
    updated_at: 0,
    bytes: 1,
  });
  const { schedules } = handlers({
    list: (tenant, filter, page) => {
      asked.push([tenant, filter, page.limit]);
      return Promise.resolve({ items: [record(filter.status ?? "")], next: null });
    },
  });
  const known = { name: null, content: "Report", cron: "@daily", time_zone: "UTC" };
  assert.deepEqual(await schedules.run(effect("schedules", {}), context()), {
    type: "schedules.found",
    call_id: "call_1_0",
    schedules: [
      { id: "sch_active", status: "active", ...known, next: 86_400_000 },
      { id: "sch_paused", status: "paused", ...known, next: null },
    ],
  });
  assert.deepEqual(
    asked,
    ["active", "paused"].map((status) => [
      "acme",
      { type: "schedule", status, label: "ses_1" },
      2,
    ]),
  );
});
