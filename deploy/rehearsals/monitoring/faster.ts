/**
 * The shipped files of Prometheus, as they are when time runs faster.
 *
 * Everything that is a time of Prometheus becomes shorter by one factor: how often it scrapes and
 * evaluates, the ranges of expressions (`[5m]`), and for how long something must be so (`for`). What an
 * alert compares with (five seconds, 0.1 a second, 26 hours) stays as it is, and so does everything
 * else in the files.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";

/** By how much. Fifteen seconds between two scrapes become half a second. */
export const FACTOR = 30;

/** Milliseconds of each of Prometheus' units. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Keys of a rule that are times. */
const RULE_TIMES = ["for", "keep_firing_for"] as const;

/** Keys of the global section that are times. */
const GLOBAL_TIMES = ["scrape_interval", "scrape_timeout", "evaluation_interval"] as const;

/** Where what is scraped listens, by job. */
export type Targets = Readonly<Record<string, readonly string[]>>;

/** Milliseconds of a time as Prometheus writes it: `1h30m`. */
export function toMilliseconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[smhdwy])/g)];
  assert.equal(parts.map(([part]) => part).join(""), duration, `${duration} is no time`);
  return parts.reduce((sum, [, n, unit = ""]) => sum + Number(n) * (UNIT_MS[unit] ?? 0), 0);
}

function faster(duration: string): string {
  return `${Math.round(toMilliseconds(duration) / FACTOR)}ms`;
}

/** A file of rules. */
export function fasterRules(yaml: string): string {
  const { groups } = parse(yaml) as { groups: { rules: Record<string, unknown>[] }[] };
  const fast = (rule: Record<string, unknown>) => ({
    ...rule,
    ...times(rule, RULE_TIMES),
    expr: String(rule.expr).replace(/\[(\w+)\]/g, (_all, range) => `[${faster(range)}]`),
  });
  return stringify({
    groups: groups.map((group) => ({ ...group, rules: group.rules.map(fast) })),
  });
}

/**
 * A configuration, with the addresses of this rehearsal in the place of those of the file.
 *
 * @param rules the path of the rules' file
 */
export function fasterConfig(yaml: string, targets: Targets, rules: string): string {
  const config = parse(yaml) as {
    global: Record<string, unknown>;
    scrape_configs: { job_name: string }[];
  };
  const jobs = config.scrape_configs.map(({ job_name }) => job_name).sort();
  assert.deepEqual(jobs, Object.keys(targets).sort(), "each job of the file has targets here");
  return stringify({
    ...config,
    global: { ...config.global, ...times(config.global, GLOBAL_TIMES) },
    rule_files: [rules],
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      static_configs: [{ targets: targets[job.job_name] }],
    })),
  });
}

/** The times among these keys, faster. */
function times(
  holder: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Record<string, string> {
  const present = keys.filter((key) => typeof holder[key] === "string");
  return Object.fromEntries(present.map((key) => [key, faster(String(holder[key]))]));
}
