import assert from "node:assert/strict";
import { z } from "zod";
import { delegateSkill } from "./delegate.ts";
import { scheduleSkill } from "./schedule.ts";
import { idleContext } from "./testing.ts";

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

Deno.test("delegate and schedule have inputs that every provider takes: an object at the top", () => {
  for (const { input } of [delegateSkill(), scheduleSkill()]) {
    const schema = z.toJSONSchema(input, { io: "input" });
    assert.equal(schema.type, "object");
    assert.ok(!("oneOf" in schema) && !("anyOf" in schema));
  }
});

Deno.test("delegate and schedule do nothing outside of a session", () => {
  for (const skill of [delegateSkill(), scheduleSkill()]) {
    assert.throws(() => skill.run({}, idleContext()), TypeError);
  }
});
