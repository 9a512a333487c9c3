/**
 * How the node and what it depends on are: one line each.
 *
 * @module
 */
import type { HealthReport } from "../edge/health_report.ts";
import type { Engine } from "../engine/port.ts";
import { errorMessage } from "../errors.ts";
import type { Journal } from "../journal/port.ts";
import type { Skills } from "../sandbox/port.ts";
import type { Config } from "../config.ts";

/** What is looked at. */
export interface HealthSources {
  readonly config: Config;
  readonly engine: Engine;
  readonly journal: Pick<Journal, "check">;
  readonly skills: Pick<Skills, "list" | "faults">;
}

type Check = HealthReport["checks"][string];

/** Looks at everything. Not ready: commands cannot be taken. Degraded: they can, but something is missing. */
export async function reportHealth(
  { config, engine, journal, skills }: HealthSources,
): Promise<HealthReport> {
  const checks: Record<string, Check> = {
    node: checkNode(engine),
    journal: await checkJournal(journal),
    streams: { status: "ok", detail: "in this process" },
    skills: checkSkills(skills),
    models: checkModels(config),
  };
  const all = Object.values(checks).map((check) => check.status);
  const status = all.includes("failed")
    ? "not_ready"
    : all.includes("degraded")
    ? "degraded"
    : "ready";
  return { status, checks };
}

function checkNode(engine: Engine): Check {
  const trouble = engine.trouble();
  return trouble === null ? { status: "ok" } : { status: "failed", detail: trouble };
}

async function checkJournal(journal: Pick<Journal, "check">): Promise<Check> {
  try {
    await journal.check();
    return { status: "ok" };
  } catch (error) {
    return { status: "failed", detail: errorMessage(error) };
  }
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
