import assert from "node:assert/strict";
import type { Effect } from "../../actors/behavior.ts";
import { sessionCommandSchema } from "../../actors/session/commands.ts";
import type { EffectContext } from "../engine/effect_handler.ts";
import type { SkillCall, SkillLookup, SkillOutcome, Skills } from "./port.ts";
import { tracer } from "../telemetry/traces.ts";
import { createSkillEffect } from "./skill_effect.ts";

const EFFECT: Effect = {
  id: "call_1",
  kind: "skill",
  policy: "once",
  input: {
    call_id: "call_1",
    skill: "pay",
    input: { amount: 5 },
    key: "session/ses_1:9",
    attempt: 1,
  },
};

function effectOn(answers: { run?: SkillOutcome; lookup?: SkillLookup | null }) {
  const calls: string[] = [];
  const signal = new AbortController().signal;
  const note = (what: string, call: SkillCall) => {
    assert.equal(call.signal, signal);
    calls.push(`${what} ${call.skill} ${JSON.stringify(call.input)} ${call.key}`);
  };
  const skills: Pick<Skills, "run" | "lookup"> = {
    run: (call) => {
      note("run", call);
      return answers.run
        ? Promise.resolve(answers.run)
        : Promise.reject(new RangeError("unwanted"));
    },
    lookup: (call) => {
      note("lookup", call);
      return Promise.resolve(answers.lookup ?? null);
    },
  };
  const handler = createSkillEffect({ skills: skills as Skills, tracer: tracer("test") });
  const context: EffectContext = {
    address: { tenant: "default", type: "session", id: "ses_1" },
    signal,
    delta: () => {},
    reset: () => {},
  };
  return {
    calls,
    run: async () => sessionCommandSchema.parse(await handler.run(EFFECT, context)),
    settle: async () => sessionCommandSchema.parse(await handler.settle(EFFECT, context)),
    failed: (error: unknown) => sessionCommandSchema.parse(handler.failed(EFFECT, error)),
  };
}

const RUN = 'run pay {"amount":5} session/ses_1:9';
const LOOKUP = 'lookup pay {"amount":5} session/ses_1:9';

Deno.test("createSkillEffect() runs a call and tells its output", async () => {
  const { run, calls } = effectOn({ run: { ok: true, output: [1], ms: 3 } });
  assert.deepEqual(await run(), {
    type: "skill.complete",
    call_id: "call_1",
    output: [1],
    via: "run",
    ms: 3,
  });
  assert.deepEqual(calls, [RUN]);
});

Deno.test("createSkillEffect() tells why a call failed", async () => {
  const { run } = effectOn({ run: { ok: false, code: "skill_timeout", message: "Late", ms: 3 } });
  assert.deepEqual(await run(), {
    type: "skill.fail",
    call_id: "call_1",
    error: { code: "skill_timeout", message: "Late" },
    ms: 3,
  });
});

Deno.test("createSkillEffect() settles by the skill's own knowledge, without running it", async () => {
  const { settle, calls } = effectOn({ lookup: { done: true, output: "receipt", ms: 2 } });
  assert.deepEqual(await settle(), {
    type: "skill.complete",
    call_id: "call_1",
    output: "receipt",
    via: "lookup",
    ms: 2,
  });
  assert.deepEqual(calls, [LOOKUP]);
});

Deno.test("createSkillEffect() settles as interrupted when nobody knows", async () => {
  const { settle, calls } = effectOn({ lookup: null });
  assert.deepEqual(await settle(), { type: "skill.interrupt", call_id: "call_1" });
  assert.deepEqual(calls, [LOOKUP]);
});

Deno.test("createSkillEffect() runs a call that the skill knows never to have happened", async () => {
  const { settle, calls } = effectOn({
    lookup: { done: false },
    run: { ok: true, output: 1, ms: 1 },
  });
  assert.deepEqual(await settle(), {
    type: "skill.complete",
    call_id: "call_1",
    output: 1,
    via: "run",
    ms: 1,
  });
  assert.deepEqual(calls, [LOOKUP, RUN]);
});

Deno.test("createSkillEffect() makes a failed call of a defect", () => {
  assert.deepEqual(effectOn({}).failed(new RangeError("Odd")), {
    type: "skill.fail",
    call_id: "call_1",
    error: { code: "internal", message: "Odd" },
    ms: 0,
  });
});
