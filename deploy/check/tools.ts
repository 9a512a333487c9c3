/**
 * The programs that checks run: those of this machine, else Debian's, out of their packages.
 *
 * @module
 */
import { systemClock } from "../../runtime/clock.ts";
import { schemaOfGrafana } from "../grafana/dashboard_types.ts";
import { end } from "../rehearsals/command.ts";
import { has } from "../rehearsals/programs.ts";
import { RehearsalError } from "../rehearsals/rehearsal_error.ts";
import { type Deadline, unpackedPackage } from "./debian_package.ts";
import type { Missing, Program } from "./program.ts";
import { readFile, ROOT } from "./root.ts";
import { unpackedProgram } from "./unpacked_program.ts";

/** What checks name. */
export type ToolName =
  | "shellcheck"
  | "promtool"
  | "docker-compose"
  | "systemd-analyze"
  | "Grafana's types"
  | "kubernetes-validate";

/** Each tool, found or not. */
export type Tools = Readonly<Record<ToolName, Program | Missing>>;

/** How long it may take to get what this machine does not have, all together. */
const FETCH_SECONDS = 60;

/** Where packages are unpacked; they stay for the next time. */
const PACKAGES_FOLDER = `${ROOT}dist/debian`;

/** Where systemd keeps its state. Where it is missing, systemd-analyze makes it or does nothing. */
const SYSTEMD_FOLDER = "/run/systemd";

/**
 * Finds all of them, in a minute at most. Nothing is installed.
 *
 * Needs permission to run programs, and to write to `dist/`.
 */
export async function findTools(): Promise<Tools> {
  const end_ms = systemClock.monotonic() + FETCH_SECONDS * 1000;
  const deadline: Deadline = () => Math.max(0, end_ms - systemClock.monotonic()) / 1000;
  const shellcheck = await ofDebian("shellcheck", "shellcheck", deadline);
  const promtool = await ofDebian("promtool", "prometheus", deadline);
  return {
    shellcheck,
    promtool,
    "docker-compose": await dockerPlugin() ??
      await ofDebian("docker-compose", "docker-compose", deadline),
    "systemd-analyze": await systemdAnalyze(deadline),
    "Grafana's types": await grafanaTypes(),
    "kubernetes-validate": await has("kubernetes-validate")
      ? { words: ["kubernetes-validate"], env: {} }
      : { missing: "kubernetes-validate is not here: pip install kubernetes-validate" },
  };
}

async function ofDebian(
  program: string,
  debianPackage: string,
  deadline: Deadline,
): Promise<Program | Missing> {
  if (await has(program)) return { words: [program], env: {} };
  const missing = (why: string) => ({
    missing: `${program} is not here: apt-get install ${debianPackage}; ${why}`,
  });
  try {
    const folder = await unpackedPackage(debianPackage, PACKAGES_FOLDER, deadline);
    const found = await unpackedProgram(folder, program);
    if (found === null) return missing("its package does not have it");
    const [first, ...rest] = found.words;
    const { code, stderr } = await end([first, ...rest, "--version"], { env: found.env });
    return code === 0 ? found : missing(`out of its package: ${stderr.trim().split("\n").at(-1)}`);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    return missing(error.message.split("\n").at(-1)!.trim());
  }
}

/** Compose as a part of Docker's command line; Debian's package may be older, and serves as well. */
async function dockerPlugin(): Promise<Program | null> {
  if (await has("docker-compose") || !await has("docker")) return null;
  const { code } = await end(["docker", "compose", "version"]);
  return code === 0 ? { words: ["docker", "compose"], env: {} } : null;
}

async function systemdAnalyze(deadline: Deadline): Promise<Program | Missing> {
  const there = await Deno.stat(SYSTEMD_FOLDER).then(() => true, () => false);
  if (there || Deno.uid() === 0) return await ofDebian("systemd-analyze", "systemd", deadline);
  return { missing: `systemd-analyze needs ${SYSTEMD_FOLDER}, which only root may make` };
}

/** Deno with the package that has them, which npm has. */
async function grafanaTypes(): Promise<Program | Missing> {
  const schema = schemaOfGrafana(await readFile("docker-compose.yml"));
  const deno = Deno.execPath();
  const alone = ["--no-config", "--no-lock", "--quiet"] as const;
  const { code } = await end([deno, "cache", ...alone, schema]);
  return code === 0
    ? { words: [deno, "check", ...alone], env: {} }
    : { missing: `${schema} cannot be had` };
}
