/**
 * What is known of a skill without running it. A user skill's manifest is made in its worker and
 * crosses a process: here it is both made and read.
 *
 * @module
 */
import { z } from "zod";
import type { Skill, SkillManifest } from "../../skills/skill.ts";

/** A manifest as it arrives from a worker. What it says binds the skill, so it is checked like any input. */
export const manifestSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
  description: z.string().min(1).max(10_000),
  input_schema: z.record(z.string(), z.json()),
  risk: z.literal([0, 1, 2, 3, 4, 5]),
  capabilities: z.array(z.string().max(1000)).max(1000),
  idempotent: z.boolean(),
  timeout: z.int().min(1).max(3_600_000),
  has_lookup: z.boolean(),
  source: z.enum(["builtin", "user"]),
});

/** The manifest of a skill. */
export function manifestOf(skill: Skill, source: SkillManifest["source"]): SkillManifest {
  return {
    name: skill.name,
    description: skill.description,
    // What a schema does in code (a refinement, a transformation) has no JSON Schema: left out there,
    // still checked by `checkInput`.
    input_schema: z.toJSONSchema(skill.input, { io: "input", unrepresentable: "any" }),
    risk: skill.risk,
    capabilities: skill.capabilities,
    idempotent: skill.idempotent,
    timeout: skill.timeout,
    has_lookup: skill.lookup !== null,
    source,
  };
}
