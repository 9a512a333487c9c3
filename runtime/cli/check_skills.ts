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
  if (!exists(folder)) {
    return [fault(check, `${folder} does not exist`, "Create it, or change SYNAPSE_SKILLS_DIR")];
  }
  const { skills, faults } = await loadSkillFiles(config, folder, world);
  if (faults.length === 0) return [ok(check, `${skills.length} skills in ${folder} load`)];
  const mend = `Mend the file, then \`synapse skills check ${folder}\``;
  return faults.map(({ file, reason }) => fault(check, `${file}: ${reason}`, mend));
}

/** Whether there is no skills folder, and nobody asked for one: a node then has its own skills only. */
export function isLeftOut(
  { skills_dir, skills_dir_required }: Pick<Config, "skills_dir" | "skills_dir_required">,
): boolean {
  return !skills_dir_required && !exists(skills_dir);
}

function exists(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
