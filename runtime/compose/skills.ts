/**
 * What agents can do: the built-in skills and the user's, from the configuration.
 *
 * @module
 */
import { builtinSkills } from "../../skills/builtin.ts";
import type { Config } from "../config.ts";
import { createSkills, type SkillsOptions } from "../sandbox/catalog.ts";
import type { Skills } from "../sandbox/port.ts";

/** What the catalog needs besides the configuration. */
export interface SkillsWorld
  extends Pick<SkillsOptions, "clock" | "entropy" | "log" | "metrics" | "mask"> {
  /** The environment from which skills get what they declare. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Makes the catalog. */
export async function composeSkills(
  config: Config,
  world: SkillsWorld,
): Promise<Skills> {
  const { skills, security, limits } = config;
  return await createSkills({
    builtins: builtinSkills({
      now: () => world.clock.now(),
      allowedHosts: security.allow_private_addresses,
      root: skills.workspace,
      memory: config.memory !== null,
    }),
    // Nobody asked for the default folder, so it need not be there.
    folder: { path: config.skills_dir, required: config.skills_dir_required },
    workspace: skills.workspace,
    secrets: skills.secrets,
    limits: { ...skills, skill_output_bytes: limits.skill_output_bytes },
    ...world,
    env: Object.fromEntries(
      Object.entries(world.env).flatMap(([name, value]) => value ? [[name, value]] : []),
    ),
  });
}
