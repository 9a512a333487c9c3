/** The smallest program that has the subcommand `skill-host`. */
import { runSkillHost } from "../skill_host.ts";

if (Deno.args[0] === "skill-host") await runSkillHost();
