import assert from "node:assert/strict";
import type { Effect } from "../../actors/behavior.ts";
import { sessionCommandSchema } from "../../actors/session/commands.ts";
import type { ModelWork } from "../../actors/session/model_request.ts";
import type { SkillManifest } from "../../skills/skill.ts";
import type { EffectContext } from "../engine/effect_handler.ts";
import { createModelEffects } from "./model_effect.ts";
import { cancelledError, ModelError, type ProviderAnswer } from "./port.ts";
import type { ModelRequest, ModelRequestContext, ModelResult } from "./router.ts";

const clockSkill: SkillManifest = {
  name: "clock",
  description: "Tells the time.",
  input_schema: { type: "object" },
  risk: 1,
  capabilities: [],
  idempotent: true,
  timeout: 1000,
  has_lookup: false,
  source: "builtin",
};
const skills = {
  get: (name: string) => name === "clock" ? clockSkill : null,
  list: () => [clockSkill],
  checkInput: () => Promise.resolve(null),
};

const work: ModelWork = {
  call_id: "llm_7",
  turn: 1,
  system: "Be terse.",
  messages: [{ role: "user", content: "hello" }],
  skills: ["*"],
  withheld: [],
  model: null,
  fallbacks: ["b"],
  max_output_tokens: 100,
  temperature: null,
};
const effect: Effect = { id: "llm_7", kind: "model", policy: "retry", input: work };

const result = (answer: Partial<ProviderAnswer>): ModelResult => ({
  answer: {
    text: "",
    calls: [],
    model: "small-2026",
    finish_reason: "stop",
    input_tokens: 10,
    output_tokens: 5,
    ...answer,
  },
  provider: "a",
  cost_usd: 0.5,
  attempts: 2,
});

type Route = (request: ModelRequest, context: ModelRequestContext) => Promise<ModelResult>;

function setUp(call: Route) {
  const seen: string[] = [];
  const context: EffectContext = {
    address: { tenant: "default", type: "session", id: "ses_1" },
    signal: new AbortController().signal,
    delta: (text) => void seen.push(text),
    reset: () => void seen.push("<reset>"),
  };
  const limits = { skill_calls_per_answer: 2 };
  return { ...createModelEffects({ router: { call }, skills, limits }), context, seen };
}

/** What the session would read from its mailbox. */
const asCommand = (value: unknown) => sessionCommandSchema.parse(JSON.parse(JSON.stringify(value)));

Deno.test("createModelEffects() answers with llm.complete, its calls judged by the catalogue", async () => {
  const requests: ModelRequest[] = [];
  const { model, context, seen } = setUp((request, { onDelta, onReset }) => {
    requests.push(request);
    onDelta("ha");
    onReset();
    onDelta("hi");
    const calls = ["clock", "nope"].map((skill) => ({ skill, input: {}, problem: null }));
    return Promise.resolve(result({ text: "hi", calls, finish_reason: "tool_calls" }));
  });
  const command = asCommand(await model.run(effect, context));
  assert.deepEqual(command, {
    type: "llm.complete",
    call_id: "llm_7",
    text: "hi",
    calls: [
      { skill: "clock", input: {}, risk: 1, idempotent: true, problem: null },
      {
        skill: "nope",
        input: {},
        risk: 0,
        idempotent: true,
        problem: {
          code: "skill_not_found",
          message: 'Skill "nope" does not exist, wanted one of: clock',
        },
      },
    ],
    provider: "a",
    model: "small-2026",
    finish_reason: "tool_calls",
    usage: { input_tokens: 10, output_tokens: 5, cost_usd: 0.5 },
    attempts: 2,
  });
  assert.deepEqual(seen, ["ha", "<reset>", "hi"]);
  const { tools, fallbacks, messages } = requests[0]!;
  assert.deepEqual(tools, [{
    name: "clock",
    description: "Tells the time.",
    input_schema: { type: "object" },
  }]);
  assert.deepEqual([fallbacks, messages], [work.fallbacks, work.messages]);
});

Deno.test("createModelEffects() reports a failure and a cancellation as llm.fail", async () => {
  const errors: [ModelError, string][] = [
    [
      new ModelError("Nobody there", { kind: "connection", retryable: true, attempts: 4 }),
      "model_failed",
    ],
    [cancelledError(), "cancelled"],
  ];
  for (const [error, code] of errors) {
    const { model, context } = setUp(() => Promise.reject(error));
    assert.deepEqual(asCommand(await model.settle(effect, context)), {
      type: "llm.fail",
      call_id: "llm_7",
      error: { code, message: error.message },
      attempts: error.details.attempts ?? 0,
    });
  }
});

Deno.test("createModelEffects() leaves a defect to the engine, which asks what it means", async () => {
  const { model, compact, context } = setUp(() => Promise.reject(new RangeError("defect")));
  await assert.rejects(model.run(effect, context), RangeError);
  const failed = asCommand(model.failed(effect, new RangeError("defect")));
  assert.equal(failed.type, "llm.fail");
  const degraded = asCommand(compact.failed(effect, new RangeError("defect")));
  assert.equal(degraded.type, "context.compact");
});

Deno.test("createModelEffects() summarises without skills and unseen", async () => {
  const requests: ModelRequest[] = [];
  const { compact, context, seen } = setUp((request, { onDelta }) => {
    requests.push(request);
    onDelta("They met.");
    return Promise.resolve(result({ text: " They met.\n" }));
  });
  assert.deepEqual(asCommand(await compact.run(effect, context)), {
    type: "context.compact",
    call_id: "llm_7",
    summary: "They met.",
    usage: { input_tokens: 10, output_tokens: 5, cost_usd: 0.5 },
    degraded: null,
  });
  assert.deepEqual(requests[0]?.tools, []);
  assert.deepEqual(seen, []);
});

Deno.test("createModelEffects() goes on without a summary when there is none to be had", async () => {
  const down = new ModelError("Nobody there", { kind: "connection", retryable: true });
  const routes: [Route, string, number][] = [
    [() => Promise.reject(down), "Nobody there", 0],
    [
      () => Promise.resolve(result({ text: " " })),
      "Model answered with no text, wanted a summary",
      10,
    ],
  ];
  for (const [route, message, input_tokens] of routes) {
    const { compact, context } = setUp(route);
    const command = asCommand(await compact.run(effect, context));
    assert.ok(command.type === "context.compact");
    assert.match(command.summary, /could not be summarised/);
    assert.deepEqual(command.degraded, { code: "model_failed", message });
    assert.equal(command.usage.input_tokens, input_tokens);
  }
});
