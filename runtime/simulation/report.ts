/**
 * What people read of a run that broke a promise.
 *
 * @module
 */
import type { Fault } from "./fault.ts";
import type { Verdict } from "./simulate.ts";

/** Faults told of one run, and steps shown of each, at most. */
const FAULTS_SHOWN = 5;
const STEPS_SHOWN = 40;

/** Characters of one step that are shown. */
const STEP_CHARS_MAX = 240;

/** The command that replays a seed. */
export function replayCommand(seed: number): string {
  return `deno task simulate --seeds 1 --from ${seed}`;
}

/** A verdict in words: the promises broken, each with the steps that led there and where it broke. */
export function describe(verdict: Pick<Verdict, "seed" | "faults" | "steps" | "digest">): string {
  const { seed, faults, steps, digest } = verdict;
  if (faults.length === 0) return `Seed ${seed}: all promises held (trace ${digest.slice(0, 12)})`;
  const shown = faults.slice(0, FAULTS_SHOWN).map((fault) => describeFault(fault, steps));
  const more = faults.length - shown.length;
  return [
    `Seed ${seed}: ${faults.length} broken promises (trace ${digest.slice(0, 12)})`,
    ...shown,
    ...(more > 0 ? [`and ${more} more`] : []),
    `Replay: ${replayCommand(seed)}`,
  ].join("\n\n");
}

function describeFault({ what, at, about }: Fault, steps: readonly string[]): string {
  const told = steps.filter((step) =>
    about.length === 0 || about.some((name) => names(step, name))
  );
  const before = told.filter((step) => at === null || timeOf(step) <= at).slice(-STEPS_SHOWN);
  const lines = before.map((step) => `  ${step.slice(0, STEP_CHARS_MAX)}`);
  const where = at === null ? [] : [`  ${at.toFixed(3).padStart(10)} <-- here`];
  return [`${what}`, ...lines, ...where].join("\n");
}

/** Whether a step names something, and not only something that begins alike. */
function names(step: string, name: string): boolean {
  const i = step.indexOf(name);
  return i >= 0 && !/[\w.]/.test(step[i + name.length] ?? "");
}

function timeOf(step: string): number {
  return Number.parseFloat(step);
}
