/**
 * Loads skill files as a node would, without a node.
 *
 * @module
 */
import type { SkillManifest } from "../../skills/skill.ts";
import type { Config } from "../config.ts";
import type { SkillFileFault } from "../sandbox/port.ts";
import { silentLogger, silentMetrics } from "../telemetry/silent.ts";
import { secretMask } from "./secret_mask.ts";
import { composeSkills, type SkillsWorld } from "./skills.ts";

/** What a folder holds. */
export interface SkillFiles {
  readonly skills: readonly SkillManifest[];
  readonly faults: readonly SkillFileFault[];
}

/** Evaluates every file of a folder in the sandbox, without any permission. */
export async function loadSkillFiles(
  config: Config,
  folder: string,
  { clock, entropy, env }: Pick<SkillsWorld, "clock" | "entropy" | "env">,
): Promise<SkillFiles> {
  const mask = secretMask(config, env);
  const world = { clock, entropy, env, log: silentLogger, metrics: silentMetrics, mask };
  await using skills = await composeSkills({
    ...config,
    skills_dir: folder,
    skills_dir_required: true,
  }, world);
  const own = skills.list().filter(({ source }) => source === "user");
  return { skills: own, faults: skills.faults() };
}
