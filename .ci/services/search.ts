/**
 * Looks for the programs of a server on this machine.
 *
 * @module
 */
import type { Requirement, Search } from "./requirements.ts";

/** What a search sees of the machine. */
export interface Machine {
  /** The value of `PATH`. */
  readonly path: string;
  /** Names in a folder; none when there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** What a program prints when it is asked for its version. */
  version(program: string): Promise<string>;
}

/**
 * Looks in the folders of `PATH`, whose order somebody chose, then where Debian keeps versions side
 * by side, the newest first.
 */
export async function search(requirement: Requirement, machine: Machine): Promise<Search> {
  const { programs, majorMin } = requirement;
  const tooOld: string[] = [];
  for (const folder of await searchFolders(requirement, machine)) {
    const names = new Set(await machine.list(folder));
    if (!programs.every((name) => names.has(name))) continue;
    const major = majorVersion(await machine.version(`${folder}/${programs.at(-1)}`));
    if (major >= majorMin) return { requirement, folder, tooOld };
    tooOld.push(`${folder} (${major})`);
  }
  return { requirement, folder: null, tooOld };
}

async function searchFolders({ pattern }: Requirement, machine: Machine): Promise<Set<string>> {
  const folders = machine.path.split(":").filter((folder) => folder.startsWith("/"));
  if (pattern !== null) {
    const [before = "", after = ""] = pattern.split("*");
    const versions = (await machine.list(before)).map(Number).filter((version) => version > 0);
    versions.sort((a, b) => b - a);
    folders.push(...versions.map((version) => `${before}${version}${after}`));
  }
  return new Set(folders);
}

/** The first number of `postgres (PostgreSQL) 15.14` or `Redis server v=7.0.15 …`; 0 without one. */
export function majorVersion(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? 0);
}

/**
 * The machine that this runs on.
 *
 * Needs permission to read folders, the variable `PATH`, and to run programs.
 */
export function thisMachine(): Machine {
  return {
    path: Deno.env.get("PATH") ?? "",
    async list(folder) {
      try {
        return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
      } catch {
        return []; // PATH may name what does not exist, or what we may not read.
      }
    },
    async version(program) {
      const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
      return new TextDecoder().decode(stdout);
    },
  };
}
