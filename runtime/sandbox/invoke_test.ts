import assert from "node:assert/strict";
import { z } from "zod";
import { defineSkill, type SkillDefinition } from "../../skills/skill.ts";
import { idleContext } from "../../skills/testing.ts";
import { invokeSkill, type SkillOperation } from "./invoke.ts";

type Definition = SkillDefinition<z.ZodType, z.ZodType>;

function invoke(operation: SkillOperation, input: unknown, changes: Partial<Definition>) {
  const skill = defineSkill({
    name: "example",
    description: "For tests.",
    input: z.strictObject({ n: z.number().default(1) }),
    risk: 0,
    idempotent: true,
    run: (parsed: unknown) => parsed,
    ...changes,
  } as Definition);
  return invokeSkill(skill, { operation, input, outputBytesMax: 100 }, idleContext());
}

Deno.test("invokeSkill() runs with defaults filled in and answers with JSON text", async () => {
  assert.deepEqual(await invoke("run", {}, {}), { ok: true, text: '{"n":1}' });
  assert.deepEqual(await invoke("run", {}, { run: () => {} }), { ok: true, text: "null" });
});

Deno.test("invokeSkill() checks an input without running", async () => {
  const run = () => assert.fail("ran");
  assert.deepEqual(await invoke("check", { n: 2 }, { run }), { ok: true, text: "null" });
  const reply = await invoke("check", { n: "x", m: 1 }, { run });
  assert.match(reply.ok ? reply.text : "", /n: Invalid input: expected number.*; Unrecognized key/);
});

Deno.test("invokeSkill() tells faults apart", async () => {
  const denied = () => {
    throw new TypeError("Cannot", { cause: new Deno.errors.NotCapable("Requires net access") });
  };
  const cases: readonly [unknown, Partial<Definition>, string, RegExp][] = [
    [{ n: "x" }, {}, "skill_invalid_input", /^Input is refused: n: Invalid input/],
    [{}, { output: z.string() }, "skill_invalid_output", /^Output is refused: Invalid input/],
    [{}, { run: () => 1n }, "skill_invalid_output", /a bigint, wanted JSON/],
    [
      {},
      { run: () => "ä".repeat(60) },
      "skill_output_too_large",
      /has 122 bytes, wanted at most 100/,
    ],
    [{}, { run: () => Promise.reject(new RangeError("Too far")) }, "skill_threw", /^Too far$/],
    [{}, { run: () => Promise.reject("words") }, "skill_threw", /^Skill threw words$/],
    [{}, { run: denied }, "skill_denied_permission", /^Cannot: Requires net access$/],
  ];
  for (const [input, changes, code, message] of cases) {
    const reply = await invoke("run", input, changes);
    assert.ok(!reply.ok);
    assert.equal(reply.code, code);
    assert.match(reply.message, message);
  }
});

Deno.test("invokeSkill() asks lookup by key and refuses an answer that is none", async () => {
  const lookup = (key: string) => ({ done: true, output: key }) as const;
  assert.deepEqual(await invoke("lookup", {}, { lookup }), {
    ok: true,
    text: '{"done":true,"output":"session/ses_1:1"}',
  });
  assert.deepEqual(await invoke("lookup", {}, { lookup: () => ({ done: false }) }), {
    ok: true,
    text: '{"done":false}',
  });
  const bad = await invoke("lookup", {}, { lookup, output: z.number() });
  assert.equal(bad.ok ? "" : bad.code, "skill_invalid_output");
  const none = await invoke("lookup", {}, { lookup: (() => undefined) as never });
  assert.match(none.ok ? "" : none.message, /neither done: true nor done: false/);
});
