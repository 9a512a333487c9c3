/**
 * How a program is run where Debian's packages were unpacked into a folder, and not installed.
 *
 * @module
 */
import { firstLine } from "./first_line.ts";
import type { Program } from "./program.ts";

/** Folders that hold programs, and libraries, in a package. */
const PROGRAMS = ["usr/bin", "bin"] as const;
const LIBRARIES = ["usr/lib", "lib"] as const;

const PYTHON = /^#!\s*\/usr\/bin\/(python3)\b/;

/** @returns null when no package in the folder has such a program */
export async function unpackedProgram(folder: string, name: string): Promise<Program | null> {
  const path = await findIn(folder, name);
  if (path === null) return null;
  const env = {
    LD_LIBRARY_PATH: (await libraryFolders(folder)).join(":"),
    // An empty last part stands for the units of this machine.
    SYSTEMD_UNIT_PATH: LIBRARIES.map((lib) => `${folder}/${lib}/systemd/system:`).join(""),
    PYTHONPATH: `${folder}/usr/lib/python3/dist-packages`,
  };
  const python = PYTHON.exec(await firstLine(path))?.[1];
  if (python === undefined) return { words: [path], env };
  return { words: [await findIn(folder, python) ?? `/usr/bin/${python}`, path], env };
}

async function findIn(folder: string, name: string): Promise<string | null> {
  for (const programs of PROGRAMS) {
    const path = `${folder}/${programs}/${name}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return null;
}

/** Those for this machine's processor, and those that systemd keeps for itself beside them. */
async function libraryFolders(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const lib of LIBRARIES) {
    const names = await Array.fromAsync(Deno.readDir(`${folder}/${lib}`), ({ name }) => name)
      .catch(() => []);
    for (const name of names.sort()) {
      if (name.includes("-linux-")) {
        found.push(`${folder}/${lib}/${name}`, `${folder}/${lib}/${name}/systemd`);
      }
      if (name === "systemd") found.push(`${folder}/${lib}/${name}`);
    }
  }
  return found;
}
