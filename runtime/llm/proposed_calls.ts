/**
 * The calls that a model proposes, with what the catalogue knows of them.
 *
 * @module
 */
import { jsonFault } from "../../actors/json_depth.ts";
import type { ModelWork } from "../../actors/session/model_request.ts";
import type { Fault, ProposedCall } from "../../actors/session/values.ts";
import type { SkillManifest } from "../../skills/skill.ts";
import { errorMessage } from "../errors.ts";
import type { Skills } from "../sandbox/port.ts";
import type { ProviderCall } from "./port.ts";

/** Stands for every skill. */
const ALL = "*";

/** The skills that an agent may call, of those that exist, by name, without those that are withheld. */
export function offeredSkills(
  { skills: names, withheld }: Pick<ModelWork, "skills" | "withheld">,
  skills: Pick<Skills, "get" | "list">,
): readonly SkillManifest[] {
  const named = names.includes(ALL)
    ? skills.list()
    : [...new Set(names)].flatMap((name) => skills.get(name) ?? []);
  return named.filter(({ name }) => !withheld.includes(name));
}

/** What judging calls takes. */
export interface CallRules {
  readonly offered: readonly SkillManifest[];
  readonly skills: Pick<Skills, "get" | "checkInput">;
  /** Calls of one answer; those beyond get a problem. */
  readonly max: number;
}

/** Adds to each call its skill's risk, and a problem when it cannot be made. */
export function proposeCalls(
  calls: readonly ProviderCall[],
  rules: CallRules,
): Promise<ProposedCall[]> {
  return Promise.all(
    calls.map(keepable).map(async (call, index): Promise<ProposedCall> => {
      const manifest = rules.offered.find((skill) => skill.name === call.skill);
      const { skill, input } = call;
      return {
        skill,
        input,
        risk: manifest?.risk ?? 0,
        // A call that is never made does no harm when it is made again.
        idempotent: manifest?.idempotent ?? true,
        problem: index < rules.max
          ? await problemOf(call, manifest, rules)
          : tooMany(calls.length, rules.max),
      };
    }),
  );
}

/** The call, without an input that cannot be kept. */
function keepable(call: ProviderCall): ProviderCall {
  const wrong = jsonFault(call.input);
  return wrong === null ? call : { ...call, input: null, problem: `Input ${wrong}` };
}

async function problemOf(
  { skill, input, problem }: ProviderCall,
  manifest: SkillManifest | undefined,
  { offered, skills }: CallRules,
): Promise<Fault | null> {
  if (manifest === undefined) {
    const names = offered.map(({ name }) => name).join(", ") || "none";
    return skills.get(skill) === null
      ? {
        code: "skill_not_found",
        message: `Skill ${quoted(skill)} does not exist, wanted one of: ${names}`,
      }
      : {
        code: "skill_not_offered",
        message: `Skill ${quoted(skill)} is not offered to this agent, wanted one of: ${names}`,
      };
  }
  const message = problem ??
    await skills.checkInput(skill, input).catch((error) =>
      `Input of skill ${skill} could not be checked: ${errorMessage(error)}`
    );
  return message === null ? null : { code: "skill_invalid_input", message };
}

function tooMany(found: number, max: number): Fault {
  return {
    code: "too_many_skill_calls",
    message: `Answer has ${found} skill calls, wanted at most ${max}; this one was not made`,
  };
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
