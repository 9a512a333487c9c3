import assert from "node:assert/strict";
import { z } from "zod";
import { delegateSkill } from "./delegate.ts";
import { forgetSkill } from "./forget.ts";
import { recallSkill } from "./recall.ts";
import { rememberSkill } from "./remember.ts";
import { scheduleSkill } from "./schedule.ts";
import type { Skill } from "./skill.ts";
import { idleContext } from "./testing.ts";

const actorSkills = (): Skill[] => [
  delegateSkill(),
  scheduleSkill(),
  rememberSkill(),
  recallSkill(),
  forgetSkill(),
];

Deno.test("delegate takes a task, and an agent's name or none", () => {
  const { input } = delegateSkill();
  assert.deepEqual(input.parse({ task: "Write" }), { task: "Write" });
  assert.deepEqual(input.parse({ agent: "writer", task: "Write" }), {
    agent: "writer",
    task: "Write",
  });
  for (const wrong of [{}, { task: "" }, { task: "Write", to: "me" }, "Write"]) {
    assert.ok(!input.safeParse(wrong).success);
  }
});

Deno.test("schedule takes what create, list and cancel need", () => {
  const { input } = scheduleSkill();
  for (
    const right of [
      { action: "create", content: "Report", cron: "0 9 * * 1", time_zone: "Europe/Zurich" },
      { action: "create", content: "Report", at: "2030-01-31T09:00:00+01:00", name: "once" },
      { action: "list" },
      { action: "cancel", id: "sch_1" },
    ]
  ) assert.deepEqual(input.parse(right), right);
  for (const wrong of [{}, { action: "dance" }, { action: "create", at: "tomorrow" }]) {
    assert.ok(!input.safeParse(wrong).success);
  }
});

Deno.test("remember, recall and forget take what they need, and nothing else", () => {
  const [remember, recall, forget] = [rememberSkill(), recallSkill(), forgetSkill()];
  assert.deepEqual(remember.input.parse({ text: "Tea" }), { text: "Tea", kind: "fact" });
  assert.deepEqual(recall.input.parse({ query: "tea" }), { query: "tea", k: 5 });
  assert.deepEqual(forget.input.parse({ ids: ["mem_1"] }), { ids: ["mem_1"] });
  const wrong: [Skill, unknown][] = [
    [remember, { text: "" }],
    [remember, { text: "Tea", kind: "secret" }],
    [remember, { text: "Tea", tenant: "other" }],
    [recall, { query: "tea", k: 51 }],
    [recall, { query: "tea", kinds: [] }],
    [forget, { ids: [] }],
  ];
  for (const [skill, input] of wrong) assert.ok(!skill.input.safeParse(input).success);
});

Deno.test("Skills of the session have inputs that every provider takes: an object at the top", () => {
  for (const { input } of actorSkills()) {
    const schema = z.toJSONSchema(input, { io: "input" });
    assert.equal(schema.type, "object");
    assert.ok(!("oneOf" in schema) && !("anyOf" in schema));
  }
});

Deno.test("Skills of the session do nothing outside of one", () => {
  for (const skill of actorSkills()) {
    assert.throws(() => skill.run({}, idleContext()), TypeError);
  }
});
