import assert from "node:assert/strict";
import { JSON_DEPTH_MAX } from "../../actors/json_depth.ts";
import type { SkillManifest } from "../../skills/skill.ts";
import { offeredSkills, proposeCalls } from "./proposed_calls.ts";

function manifest(name: string, more: Partial<SkillManifest> = {}): SkillManifest {
  return {
    name,
    description: `The ${name}.`,
    input_schema: { type: "object" },
    risk: 0,
    capabilities: [],
    idempotent: true,
    timeout: 1000,
    has_lookup: false,
    source: "builtin",
    ...more,
  };
}

const catalogue = [manifest("clock"), manifest("send_mail", { risk: 4, idempotent: false })];
const skills = {
  get: (name: string) => catalogue.find((skill) => skill.name === name) ?? null,
  list: () => catalogue,
  checkInput: (name: string, input: unknown) => {
    if (name === "send_mail") return Promise.reject(new TypeError("host died"));
    return Promise.resolve(input === 1 ? "Input is a number, wanted an object" : null);
  },
};
const call = (skill: string, input = {}) => ({ skill, input, problem: null });

Deno.test("offeredSkills() takes * for all, and leaves out what does not exist", () => {
  assert.deepEqual(offeredSkills({ skills: ["*"], withheld: [] }, skills), catalogue);
  const names = offeredSkills({ skills: ["clock", "gone", "clock"], withheld: [] }, skills).map((
    { name },
  ) => name);
  assert.deepEqual(names, ["clock"]);
  assert.deepEqual(offeredSkills({ skills: [], withheld: [] }, skills), []);
});

Deno.test("proposeCalls() adds what the catalogue knows", async () => {
  const [proposed] = await proposeCalls([call("clock", { zone: "UTC" })], {
    offered: catalogue,
    skills,
    max: 5,
  });
  assert.deepEqual(proposed, {
    skill: "clock",
    input: { zone: "UTC" },
    risk: 0,
    idempotent: true,
    problem: null,
  });
});

Deno.test("proposeCalls() says why a call cannot be made", async () => {
  const calls = [
    call("nope"),
    call("send_mail"),
    { skill: "clock", input: "{", problem: "Input is not JSON: {" },
    { skill: "clock", input: 1, problem: null },
    call("clock"),
    call("clock"),
  ];
  const offered = [catalogue[0]!];
  const proposed = await proposeCalls(calls, { offered, skills, max: 5 });
  assert.deepEqual(proposed.map(({ problem }) => problem), [
    { code: "skill_not_found", message: 'Skill "nope" does not exist, wanted one of: clock' },
    {
      code: "skill_not_offered",
      message: 'Skill "send_mail" is not offered to this agent, wanted one of: clock',
    },
    { code: "skill_invalid_input", message: "Input is not JSON: {" },
    { code: "skill_invalid_input", message: "Input is a number, wanted an object" },
    null,
    {
      code: "too_many_skill_calls",
      message: "Answer has 6 skill calls, wanted at most 5; this one was not made",
    },
  ]);
});

Deno.test("proposeCalls() drops an input that is nested too deep, and says why", async () => {
  const nested = (levels: number) => ({
    skill: "clock",
    input: JSON.parse("[".repeat(levels) + "]".repeat(levels)),
    problem: null,
  });
  const calls = [nested(JSON_DEPTH_MAX), nested(JSON_DEPTH_MAX + 1), nested(100_000)];
  const [kept, ...dropped] = await proposeCalls(calls, { offered: catalogue, skills, max: 5 });
  assert.deepEqual([kept?.input, kept?.problem], [calls[0]?.input, null]);
  for (const { input, problem } of dropped) {
    assert.equal(input, null);
    assert.deepEqual(problem, {
      code: "skill_invalid_input",
      message: "Input is nested deeper than 64 levels, wanted at most that many",
    });
  }
});

Deno.test("proposeCalls() keeps the risk of a call whose input cannot be checked", async () => {
  const [proposed] = await proposeCalls([call("send_mail")], {
    offered: catalogue,
    skills,
    max: 5,
  });
  assert.equal(proposed?.risk, 4);
  assert.equal(proposed?.idempotent, false);
  assert.match(proposed?.problem?.message ?? "", /send_mail could not be checked: host died/);
});
