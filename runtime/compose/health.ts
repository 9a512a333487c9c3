/**
 * How the node and what it depends on are: one line each.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { HealthReport } from "../edge/health_report.ts";
import type { Node } from "../engine/node.ts";
import { errorMessage } from "../errors.ts";
import type { Journal } from "../journal/port.ts";
import type { Memory } from "../memory/port.ts";
import { within } from "../memory/within.ts";
import type { Streams } from "../streams/port.ts";
import type { Skills } from "../sandbox/port.ts";
import type { Config } from "../config.ts";

/**
 * How long an answer of the journal or of memory is taken for true, in milliseconds: to ask costs them
 * something, and anyone may ask for the report as often as they like.
 */
const ANSWER_MS = 1000;

/** How long memory may take to answer, in milliseconds: nobody takes the node for dead because of it. */
const MEMORY_MS = 500;

/** What is looked at. */
export interface HealthSources {
  readonly clock: Clock;
  readonly config: Config;
  readonly engine: Pick<Node, "trouble" | "shortage">;
  readonly journal: Pick<Journal, "check">;
  readonly streams: Pick<Streams, "trouble" | "carrier">;
  readonly skills: Pick<Skills, "list" | "faults">;
  /** Null: there is none. */
  readonly memory: Pick<Memory, "check"> | null;
}

type Check = HealthReport["checks"][string];

/**
 * Makes the report. Not ready: commands cannot be taken. Degraded: they can, but something is missing.
 * What it says of the journal and of memory may be a second old.
 */
export function createHealth(sources: HealthSources): () => Promise<HealthReport> {
  const { config, engine, skills } = sources;
  const journal = kept(sources.clock, () => checkJournal(sources.journal));
  const memory = kept(sources.clock, () => checkMemory(sources));
  return async () =>
    summarise({
      node: checkNode(engine),
      journal: await journal(),
      streams: checkStreams(sources.streams),
      skills: checkSkills(skills),
      memory: await memory(),
      models: checkModels(config),
    });
}

function summarise(checks: Record<string, Check>): HealthReport {
  const all = Object.values(checks).map((check) => check.status);
  const status = all.includes("failed")
    ? "not_ready"
    : all.includes("degraded")
    ? "degraded"
    : "ready";
  return { status, checks };
}

function checkNode(engine: HealthSources["engine"]): Check {
  const trouble = engine.trouble();
  if (trouble !== null) return { status: "failed", detail: trouble };
  const shortage = engine.shortage();
  return shortage === null ? { status: "ok" } : { status: "degraded", detail: shortage };
}

/** Asks once for all who ask at the same time, and soon after. */
function kept(clock: Clock, ask: () => Promise<Check>): () => Promise<Check> {
  let answer: Promise<Check> | null = null;
  /** In monotonic milliseconds; while it is being asked, everybody waits for the answer. */
  let until = Infinity;
  return () => {
    if (answer && clock.monotonic() < until) return answer;
    until = Infinity;
    answer = ask().finally(() => {
      until = clock.monotonic() + ANSWER_MS;
    });
    return answer;
  };
}

async function checkJournal(journal: Pick<Journal, "check">): Promise<Check> {
  try {
    await journal.check();
    return { status: "ok" };
  } catch (error) {
    return { status: "failed", detail: errorMessage(error) };
  }
}

/** Without memory agents know less, and everything else works. */
async function checkMemory({ memory, config, clock }: HealthSources): Promise<Check> {
  if (memory === null || config.memory === null) return { status: "ok", detail: "off" };
  const { kind } = config.memory.index;
  const ways = config.memory.embeddings === null ? "by words only" : "by words and meaning";
  try {
    await within(clock, MEMORY_MS, new AbortController().signal, () => memory.check());
    return { status: "ok", detail: `${kind}, ${ways}` };
  } catch (error) {
    return { status: "degraded", detail: `${kind}: ${errorMessage(error)}` };
  }
}

function checkStreams({ trouble, carrier }: HealthSources["streams"]): Check {
  const why = trouble();
  return why === null
    ? { status: "ok", detail: carrier }
    : { status: "degraded", detail: `${carrier}: ${why}` };
}

function checkSkills(skills: HealthSources["skills"]): Check {
  const faults = skills.faults();
  if (faults.length === 0) return { status: "ok", detail: `${skills.list().length} skills` };
  const detail = faults.map(({ file, reason }) => `${file}: ${reason}`).join("; ");
  return { status: "degraded", detail };
}

function checkModels(config: Config): Check {
  const names = Object.keys(config.llm.providers).join(", ");
  return { status: "ok", detail: `default ${config.llm.default_provider}, of ${names}` };
}
