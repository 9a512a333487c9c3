/**
 * The shell scripts, by shellcheck.
 *
 * @module
 */
import { walk } from "../../.ci/tidy/read_tree.ts";
import type { Check } from "./check.ts";
import { firstLine } from "./first_line.ts";
import { ROOT } from "./root.ts";

/** A first line that gives a file to a shell. */
const SHELL = /^#!.*\b(ba|da|k)?sh\b/;

/** The paths of all scripts of the repository, also of those whose names do not tell. */
export async function findScripts(): Promise<string[]> {
  const found: string[] = [];
  for await (const path of walk(ROOT, "")) {
    if (SHELL.test(await firstLine(`${ROOT}${path}`))) found.push(path);
  }
  return found.sort();
}

/** @param scripts their paths in the repository */
export function scriptChecks(scripts: readonly string[]): Check[] {
  return [
    {
      name: "scripts",
      tool: "shellcheck",
      args: scripts.map((path) => `${ROOT}${path}`),
    },
    {
      name: "a script that forgets quotes",
      tool: "shellcheck",
      args: ["wrong.sh"],
      files: () => Promise.resolve({ "wrong.sh": "#!/bin/sh\nrm -r $1\n" }),
      refusal: /SC2086/,
    },
  ];
}
