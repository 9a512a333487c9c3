/**
 * Series that begin at 0 before their first count, because their labels are known from what the node is
 * set up with: Prometheus' `rate` and `increase` do not see the step by which a series appears.
 *
 * How many there are has a bound; what is beyond it begins with its first count.
 *
 * @module
 */
import { METRIC_DEFINITIONS } from "./metric_definitions.ts";
import type { Metrics } from "./port.ts";

/** Models whose series begin at 0. One has 12. */
const MODELS_MAX = 24;

/** Skills whose series begin at 0. One has 27. */
const SKILLS_MAX = 24;

/** What calls of a skill that there is do not fail with. */
const NO_SKILL = "skill_not_found";

/** One model of one provider. */
export interface ModelLabels {
  readonly provider: string;
  readonly model: string;
}

/** Begins the counters of model calls. */
export function beginModelSeries(
  { llmRequestsTotal, llmTokensTotal, llmCostUsdTotal }: Pick<
    Metrics,
    "llmRequestsTotal" | "llmTokensTotal" | "llmCostUsdTotal"
  >,
  models: readonly ModelLabels[],
): void {
  const { outcome } = METRIC_DEFINITIONS.llmRequestsTotal.labels;
  const { direction } = METRIC_DEFINITIONS.llmTokensTotal.labels;
  for (const { provider, model } of models.slice(0, MODELS_MAX)) {
    for (const known of outcome.known) {
      llmRequestsTotal.inc({ provider, model, outcome: known }, 0);
    }
    for (const known of direction.known) {
      llmTokensTotal.inc({ provider, model, direction: known }, 0);
    }
    llmCostUsdTotal.inc({ provider, model }, 0);
  }
}

/**
 * Begins the counters of skill calls.
 *
 * @returns what to call with the names of the skills there are, before any of them is used; a name that
 *   was given before is left as it is
 */
export function beginSkillSeries(
  { skillSeconds, skillFailuresTotal }: Pick<Metrics, "skillSeconds" | "skillFailuresTotal">,
): (names: Iterable<string>) => void {
  const codes = METRIC_DEFINITIONS.skillFailuresTotal.labels.code.known
    .filter((code) => code !== NO_SKILL);
  skillFailuresTotal.inc({ skill: "unknown", code: NO_SKILL }, 0);
  const seen = new Set<string>();
  return (names) => {
    for (const skill of names) {
      if (seen.has(skill)) continue;
      seen.add(skill);
      if (seen.size > SKILLS_MAX) continue;
      skillSeconds.zero({ skill });
      for (const code of codes) skillFailuresTotal.inc({ skill, code }, 0);
    }
  };
}
