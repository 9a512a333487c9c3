/**
 * The gate, `deno task test`: everything that must hold of a change. Each step runs, also after one
 * that failed. The last line says `N passed, N failed`: tests, and one failure for each other step.
 * The tests get services of their own, see `services/main.ts`.
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

/** The tests, with services. The same Deno as this one, whatever PATH holds. */
const TESTS = ["task", "services", "--", Deno.execPath(), "task", "test:unit"];

/** Runs the tests and counts them. */
export async function runTests(run: Runner, reportFolder: string): Promise<Tally> {
  await Deno.mkdir(reportFolder, { recursive: true });
  const report = await Deno.makeTempFile({ dir: reportFolder, suffix: ".xml" });
  try {
    const args = [...TESTS, `--junit-path=${report}`];
    console.log(`\n[tests] deno ${args.join(" ")}`);
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
  const failedChecks = await runChecks(CHECKS, run);
  const { passed, failed } = await runTests(run, `${root}dist`);

  for (const name of failedChecks) console.log(`Failed: ${name}`);
  const failures = failed + failedChecks.length;
  console.log(`${passed} passed, ${failures} failed`);
  Deno.exitCode = failures === 0 ? 0 : 1;
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
