/**
 * `synapse skills`: what agents are able to do, and whether skill files are sound.
 *
 * @module
 */
import type { Command } from "commander";
import type { ApiSkillList } from "./api_types.ts";
import type { Cli } from "./cli.ts";
import { apiPath } from "./client.ts";
import { EXIT } from "./exit_code.ts";
import { group, teach } from "./help.ts";
import { readConfig } from "./load_config.ts";
import type { SkillFiles } from "../compose/skill_files.ts";
import { formatTable } from "./table.ts";

/** The command with its subcommands. */
export function skillsCommand(cli: Cli): Command {
  return group("skills", "List the skills of a node, and check skill files", [
    teach("ls", "List the skills of the running node", ["skills ls"]).action(() => list(cli)),
    teach(
      "reload",
      "Have the running node read its skills folder again, and list what it has then",
      ["skills reload"],
    ).action(() => reload(cli)),
    teach(
      "check [folder]",
      "Load skill files in the sandbox, without a node, and say what is wrong",
      [
        "skills check",
        "skills check ./my_skills --json",
      ],
    ).action((folder) => check(cli, folder)),
  ]);
}

/** What a table shows of a skill. */
interface ShownSkill {
  readonly name: string;
  readonly source: string;
  readonly risk: number;
  readonly capabilities: readonly string[];
  readonly description: string;
}

function skillTable(skills: readonly ShownSkill[]): string {
  return formatTable(
    ["NAME", "SOURCE", "RISK", "CAPABILITIES", "DESCRIPTION"],
    skills.map(({ name, source, risk, capabilities, description }) => [
      name,
      source,
      risk,
      capabilities.join(" "),
      description,
    ]),
  );
}

async function list(cli: Cli): Promise<void> {
  const skills = await cli.client().get<ApiSkillList>(apiPath("skills"));
  cli.show(skills, () => skillTable(skills.items));
  if (!cli.json) noteFaults(cli, skills.faults);
}

async function reload(cli: Cli): Promise<void> {
  const skills = await cli.client().post<ApiSkillList>(apiPath("skills", "reload"), {});
  if (skills.faults.length > 0) cli.exit = EXIT.failed;
  cli.show(skills, () => skillTable(skills.items));
  if (!cli.json) noteFaults(cli, skills.faults);
}

async function check(cli: Cli, folder: string | undefined): Promise<void> {
  const config = await readConfig(cli.world);
  const [{ loadSkillFiles }, { isLeftOut }] = await Promise.all([
    import("../compose/skill_files.ts"),
    import("./check_skills.ts"),
  ]);
  const path = folder ?? config.skills_dir;
  if (folder === undefined && isLeftOut(config)) {
    return cli.show(
      { ok: true, folder: path, skills: [], faults: [] },
      () => `No user skills: ${path} does not exist`,
    );
  }
  const { skills, faults } = await loadSkillFiles(config, path, cli.world);
  if (faults.length > 0) cli.exit = EXIT.failed;
  cli.show(
    { ok: faults.length === 0, folder: path, skills, faults },
    () => skills.length > 0 ? skillTable(skills) : `No skills in ${path}`,
  );
  if (!cli.json) noteFaults(cli, faults);
}

function noteFaults(cli: Cli, faults: SkillFiles["faults"]): void {
  for (const { file, reason } of faults) cli.terminal.note(`${file}: ${reason}`);
}
