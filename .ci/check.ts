/**
 * The gate, `deno task test`: everything that must hold of a change. Each step runs, also after one
 * that failed. The last line says `N passed, N failed`: tests, and one failure for each other step.
 * The tests get programs and services of their own, see `programs.ts` and `services/main.ts`.
 *
 * Needs permission to run programs, and to write to `dist/`.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { Interrupted, Interruption } from "./services/interruption.ts";
import { type Tally, tallyTests } from "./test_report.ts";

/** One run of Deno. */
export interface Step {
  readonly name: string;
  /** Arguments of `deno`. */
  readonly args: readonly string[];
}

/** Runs Deno with these arguments, its output passed through, and resolves to its exit code. */
export type Runner = (args: readonly string[]) => Promise<number>;

/** What is checked before the tests, in order: the cheap ones first. */
export const CHECKS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  { name: "types", args: ["check"] },
  // Without npm packages: their types are not ours to document, and count as private otherwise.
  { name: "documentation", args: ["doc", "--lint", "--no-npm", ...Object.values(config.exports)] },
  { name: "tidy", args: ["task", "tidy"] },
];

/** Runs the steps and resolves to the names of those that failed. */
export async function runChecks(steps: readonly Step[], run: Runner): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, args } of steps) {
    console.log(`\n[${name}] deno ${args.join(" ")}`);
    if (await run(args) !== 0) failed.push(name);
  }
  return failed;
}

/** Gets what tests run. Where that cannot be had, it is for each test to say so. */
const PROGRAMS: Step = { name: "programs", args: ["task", "test:programs"] };

/** Runs of tests, each of which writes a report. */
export const SUITES: readonly Step[] = [
  // With services. The same Deno as this one, whatever PATH holds.
  { name: "tests", args: ["task", "services", "--", Deno.execPath(), "task", "test:unit"] },
  // By themselves, because they make the machine busy.
  { name: "rehearsals", args: ["task", "test:rehearsals"] },
];

/** Runs a suite and counts its tests. */
export async function runSuite(suite: Step, run: Runner, reportFolder: string): Promise<Tally> {
  await Deno.mkdir(reportFolder, { recursive: true });
  const report = await Deno.makeTempFile({ dir: reportFolder, suffix: ".xml" });
  try {
    const args = [...suite.args, `--junit-path=${report}`];
    console.log(`\n[${suite.name}] deno ${args.join(" ")}`);
    const exitCode = await run(args);
    return tallyTests(exitCode, await Deno.readTextFile(report));
  } finally {
    await Deno.remove(report);
  }
}

async function main(): Promise<void> {
  using interruption = new Interruption();
  const root = fileURLToPath(new URL("../", import.meta.url));
  const run: Runner = (args) => interruption.run(Deno.execPath(), args, { cwd: root });
  const failedChecks = await runChecks([...CHECKS, PROGRAMS], run);
  const tallies: Tally[] = [];
  for (const suite of SUITES) tallies.push(await runSuite(suite, run, `${root}dist`));

  console.log("");
  for (const name of tallies.flatMap(({ ignored }) => ignored)) console.log(`Ignored: ${name}`);
  for (const name of failedChecks) console.log(`Failed: ${name}`);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, failedChecks.length);
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    console.log(error.message);
    Deno.exitCode = error.exitCode;
  }
}
