/**
 * Sees to it that programs are there.
 *
 * @module
 */
import { type Host, type InstallStep, planInstall, POLICY_FILE } from "./install_plan.ts";
import { describeMissing, type Requirement, type Search } from "./requirements.ts";
import { search, thisMachine } from "./search.ts";
import { ServiceError } from "./service_error.ts";

/** Runs a command to its end, with all that it printed. */
export type RunQuietly = (
  command: readonly [string, ...string[]],
) => Promise<{ code: number; output: string }>;

/** How packages get onto this machine. */
export interface PackageInstaller {
  host(): Promise<Host>;
  readonly run: RunQuietly;
  /** Tells people what happens. */
  say(line: string): void;
}

/** How servers' programs are found and installed. */
export interface Installer extends PackageInstaller {
  search(requirement: Requirement): Promise<Search>;
}

/** How many of a failed command's last lines are shown. */
const OUTPUT_LINES_SHOWN = 10;

/**
 * Installs what is missing, where that is possible.
 *
 * @throws ServiceError when something is missing still, with what to do about it
 */
export async function ensureInstalled(
  requirements: readonly Requirement[],
  installer: Installer = thisInstaller(),
): Promise<void> {
  const missing = await findMissing(requirements, installer);
  const packages = missing.map(({ requirement }) => requirement.debianPackage);
  const tried = await installPackages(packages, installer);
  const still = tried ? await findMissing(requirements, installer) : missing;
  if (still.length > 0) throw new ServiceError(still.map(describeMissing).join("\n"));
}

/**
 * Installs packages, where that is ours to do, and tells of what fails.
 *
 * @returns whether it was tried
 */
export async function installPackages(
  packages: readonly string[],
  installer: PackageInstaller = thisInstaller(),
): Promise<boolean> {
  if (packages.length === 0) return false;
  const plan = planInstall(packages, await installer.host());
  if (plan !== null) await runPlan(plan, installer);
  return plan !== null;
}

async function findMissing(
  requirements: readonly Requirement[],
  installer: Installer,
): Promise<Search[]> {
  const searches = await Promise.all(requirements.map((wanted) => installer.search(wanted)));
  return searches.filter(({ folder }) => folder === null);
}

async function runPlan(
  plan: readonly InstallStep[],
  { run, say }: PackageInstaller,
): Promise<void> {
  let failed = false;
  for (const step of plan) {
    if (failed && !step.always) continue;
    say(step.say);
    const { code, output } = await run(step.command);
    if (code === 0) continue;
    const lines = output.trimEnd().split("\n").slice(-OUTPUT_LINES_SHOWN);
    say([`That failed with exit code ${code}:`, ...lines].join("\n  "));
    failed ||= !step.optional;
  }
}

/** For the machine that this runs on. */
function thisInstaller(): Installer {
  return {
    search: (requirement) => search(requirement, thisMachine()),
    async host() {
      const osRelease = await Deno.readTextFile("/etc/os-release").catch(() => "");
      const hasPolicy = await Deno.stat(POLICY_FILE).then(() => true, () => false);
      return { isRoot: Deno.uid() === 0, osRelease, hasPolicy };
    },
    async run([program, ...args]) {
      const { code, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" })
        .output();
      const decoder = new TextDecoder();
      return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
    },
    say: (line) => console.error(line),
  };
}
