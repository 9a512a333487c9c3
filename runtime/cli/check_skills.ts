/**
 * Looks at the folder of skill files.
 *
 * @module
 */
import type { Config } from "../config.ts";
import type { CliWorld } from "./cli.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { loadSkillFiles } from "../compose/skill_files.ts";

/** Whether every skill file loads: one finding for each that does not, or one for all. */
export async function checkSkillsFolder(config: Config, world: CliWorld): Promise<Finding[]> {
  const check = "skills folder";
  const folder = config.skills_dir;
  if (isLeftOut(config)) return [ok(check, `${folder} does not exist: built-in skills only`)];
  const { skills, faults } = await loadSkillFiles(config, folder, world);
  if (faults.length === 0) return [ok(check, `${skills.length} skills in ${folder} load`)];
  return faults.map(({ file, reason }) =>
    fault(
      check,
      `${file}: ${reason}`,
      file === folder
        ? "Make it a folder that the user who runs Synapse can read, or change SYNAPSE_SKILLS_DIR"
        : `Mend the file, then \`synapse skills check ${folder}\``,
    )
  );
}

/** Whether there is no skills folder, and nobody asked for one: a node then has its own skills only. */
export function isLeftOut(
  { skills_dir, skills_dir_required }: Pick<Config, "skills_dir" | "skills_dir_required">,
): boolean {
  return !skills_dir_required && isNothing(skills_dir);
}

/** What cannot be looked at, or is a link to nothing, is not nothing: it is found when it is read. */
function isNothing(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
