/**
 * One call of one skill, by its own schemas. The same for built-in skills in the server and for user
 * skills in their worker; limits of time and memory are set by whoever calls this.
 *
 * @module
 */
import type { z } from "zod";
import type { Skill, SkillContext } from "../../skills/skill.ts";
import { fault, faultOf, type SkillReply } from "./fault.ts";
import { jsonText } from "./json_text.ts";

/**
 * What is wanted of a skill. `check`: what is wrong with the input (a text, or null). `run`: the
 * output. `lookup`: `{done: true, output}` or `{done: false}`.
 */
export type SkillOperation = "check" | "run" | "lookup";

/** One call. */
export interface SkillInvocation {
  readonly operation: SkillOperation;
  readonly input: unknown;
  /** UTF-8 bytes of the output's JSON at most. */
  readonly outputBytesMax: number;
}

/** Calls a skill. Never throws for what the skill does. */
export async function invokeSkill(
  skill: Skill,
  invocation: SkillInvocation,
  context: SkillContext,
): Promise<SkillReply> {
  const { operation, input, outputBytesMax } = invocation;
  try {
    switch (operation) {
      case "check":
        return { ok: true, text: jsonText(await inputProblem(skill, input)) };
      case "run":
        return await run(skill, input, outputBytesMax, context);
      case "lookup":
        return await lookup(skill, outputBytesMax, context);
    }
  } catch (thrown) {
    return faultOf(thrown);
  }
}

async function inputProblem(skill: Skill, input: unknown): Promise<string | null> {
  const parsed = await skill.input.safeParseAsync(input);
  return parsed.success ? null : issuesText(parsed.error);
}

async function run(skill: Skill, input: unknown, bytesMax: number, context: SkillContext) {
  const parsed = await skill.input.safeParseAsync(input);
  if (!parsed.success) {
    return fault("skill_invalid_input", `Input is refused: ${issuesText(parsed.error)}`);
  }
  return await written(skill, await skill.run(parsed.data, context), bytesMax, (output) => output);
}

async function lookup(skill: Skill, bytesMax: number, context: SkillContext): Promise<SkillReply> {
  const answer = await skill.lookup?.(context.idempotencyKey, context);
  const { done, output } = Object(answer) as { done?: unknown; output?: unknown };
  if (done === false) return { ok: true, text: jsonText({ done }) };
  if (done !== true) {
    return fault("skill_invalid_output", "Lookup answered neither done: true nor done: false");
  }
  return await written(skill, output, bytesMax, (checked) => ({ done, output: checked }));
}

/** The output, checked, as the text of what `wrap` makes of it. */
async function written(
  skill: Skill,
  output: unknown,
  bytesMax: number,
  wrap: (output: unknown) => unknown,
): Promise<SkillReply> {
  const parsed = await skill.output?.safeParseAsync(output) ?? { success: true, data: output };
  if (!parsed.success) {
    return fault("skill_invalid_output", `Output is refused: ${issuesText(parsed.error)}`);
  }
  try {
    const text = jsonText(wrap(parsed.data ?? null));
    const bytes = new TextEncoder().encode(text).length;
    if (bytes <= bytesMax) return { ok: true, text };
    return fault("skill_output_too_large", `Output has ${bytes} bytes, wanted at most ${bytesMax}`);
  } catch (thrown) {
    return fault("skill_invalid_output", faultOf(thrown).message);
  }
}

/** What a schema found wrong, in one line. */
function issuesText(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => path.length === 0 ? message : `${path.join(".")}: ${message}`)
    .join("; ");
}
