/**
 * `deno task deploy:check`: what other programs have to say about the files here. The gate runs the
 * same list, `check_test.ts`, and leaves out what a machine has no program for; this counts that as a
 * failure. Where Debian has the program, `check/tools.ts` gets it.
 *
 * Needs permission to run them, to read the repository, and to write to `dist/` and to the temporary
 * folder.
 *
 * @module
 */
import { type Check, runCheck } from "./check/check.ts";
import { composeChecks } from "./check/compose.ts";
import { manifestChecks } from "./check/manifests.ts";
import { monitoringChecks } from "./check/monitoring.ts";
import { isFound, type Missing, type Program } from "./check/program.ts";
import { findScripts, scriptChecks } from "./check/scripts.ts";
import { findTools } from "./check/tools.ts";
import { unitChecks } from "./check/units.ts";

/** All that is checked. */
export async function everyCheck(): Promise<Check[]> {
  return [
    ...scriptChecks(await findScripts()),
    ...composeChecks(),
    ...await monitoringChecks(),
    ...manifestChecks(),
    ...unitChecks(),
  ];
}

async function passes(check: Check, tool: Program | Missing): Promise<boolean> {
  console.log(`[${check.name}]`);
  const fault = isFound(tool) ? await runCheck(check, tool) : tool.missing;
  if (fault !== null) console.log(fault);
  return fault === null;
}

if (import.meta.main) {
  const tools = await findTools();
  const failed: string[] = [];
  for (const check of await everyCheck()) {
    if (!await passes(check, tools[check.tool])) failed.push(check.name);
  }
  console.log(failed.length === 0 ? "All is well" : `Failed: ${failed.join(", ")}`);
  Deno.exitCode = failed.length === 0 ? 0 : 1;
}
