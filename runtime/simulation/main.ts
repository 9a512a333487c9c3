/**
 * The command `deno task simulate`: runs seeds on all processors, and prints those that broke a
 * promise, each with the command that replays it. The exit code is 1 if there is one.
 *
 *     --seeds N     how many seeds (100)
 *     --from N      the first one (1)
 *     --broken NAME on an engine that is broken on purpose: see `broken_engines.ts`
 *
 * @module
 */
import { parseArgs } from "node:util";
import { systemClock } from "../clock.ts";
import { BROKEN_ENGINES } from "./broken_engines.ts";
import { describe } from "./report.ts";
import type { Task, WorkerResult } from "./worker.ts";

/** Seeds that are told of in full; of the others only the number. */
const TOLD_MAX = 5;

interface Choice {
  readonly from: number;
  readonly seeds: number;
  readonly broken: Task["broken"];
}

/** Reads the command line; null if it cannot be read. */
export function readChoice(args: readonly string[]): Choice | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "100" },
      from: { type: "string", default: "1" },
      broken: { type: "string" },
    },
  });
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  const { broken = null } = values;
  const good = Number.isSafeInteger(seeds) && seeds > 0 && Number.isSafeInteger(from) && from >= 0;
  if (!good || (broken !== null && !Object.hasOwn(BROKEN_ENGINES, broken))) return null;
  return { seeds, from, broken: broken as Choice["broken"] };
}

/** Runs the seeds on that many workers. Returns the results of those that broke a promise, by seed. */
export async function runSeeds(choice: Choice, workers: number): Promise<WorkerResult[]> {
  const { from, seeds, broken } = choice;
  const bad: WorkerResult[] = [];
  let next = from;
  const work = async () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    try {
      while (next < from + seeds) {
        const result = await ask(worker, { seed: next++, broken });
        if (result.faults.length > 0) bad.push(result);
      }
    } finally {
      worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, seeds) }, work));
  return bad.sort((a, b) => a.seed - b.seed);
}

function ask(worker: Worker, task: Task): Promise<WorkerResult> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerResult>) => resolve(data);
    // What a run throws, or leaves unhandled, is a broken promise like any other.
    worker.onerror = (event) => {
      event.preventDefault();
      const what = `defect: the run itself broke: ${event.message}`;
      const faults = [{ what, at: null, about: [] }];
      resolve({ seed: task.seed, faults, steps: [], digest: "" });
    };
    worker.postMessage(task);
  });
}

if (import.meta.main) {
  const choice = readChoice(Deno.args);
  if (!choice) {
    const names = Object.keys(BROKEN_ENGINES).join(" | ");
    console.error(`Usage: deno task simulate [--seeds N] [--from N] [--broken ${names}]`);
    Deno.exit(2);
  }
  const start = systemClock.monotonic();
  const bad = await runSeeds(choice, navigator.hardwareConcurrency);
  const seconds = ((systemClock.monotonic() - start) / 1000).toFixed(1);
  for (const result of bad.slice(0, TOLD_MAX)) console.log(`${describe(result)}\n`);
  if (bad.length > 0) console.log(`Seeds: ${bad.map(({ seed }) => seed).join(", ")}`);
  const { from, seeds } = choice;
  const range = `${from} to ${from + seeds - 1}`;
  console.log(`${seeds} seeds (${range}) in ${seconds} s: ${bad.length} broke a promise`);
  Deno.exitCode = bad.length === 0 ? 0 : 1;
}
