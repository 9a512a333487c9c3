/**
 * Alerts that are a little wrong, made from those that are shipped: their tests have to notice each.
 *
 * @module
 */
import { parse, stringify } from "yaml";

/** A rule of a rules file, as far as it is changed. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
}

/** A rule with one change. */
export interface ChangedRule {
  /** For people. */
  readonly what: string;
  readonly rule: Rule;
}

/** A test of `promtool test rules`, as far as it is looked at. */
interface RuleTest {
  /** Between two values of its series. */
  readonly interval: string;
  readonly alert_rule_test: readonly { readonly alertname: string }[];
}

/** By how much a bound is moved: what is this near has to be told apart. */
const TWENTIETH = 0.05;

/** A number in an expression: not in a name, in quotes or of a time. */
const NUMBERS = /(?<![\w."])\d+(?:\.\d+)?(?![\w."])/g;

const COMPARISONS_WITH_0 = /([<>=]=?) 0(?![\w.])/g;

const MATCHERS = /(\w+)(=~|!~|!=|=)"([^"]*)"/g;

/**
 * Each change of a rule: numbers a twentieth higher and lower (0 in a comparison: 1, or anything from 0
 * on), an operand of `or` left out, a label compared with fewer values or with none, `max` in which
 * nodes are added up or the least is taken, half and twice the time that it waits.
 */
export function changesOf(rule: Rule): ChangedRule[] {
  const { expr } = rule;
  const exprs = [
    ...replaced(expr, NUMBERS, ([number]) => twentieths(number)),
    ...replaced(expr, COMPARISONS_WITH_0, ([, sign]) => [">= 0", `${sign} 1`]),
    ...replaced(expr, MATCHERS, ([matcher, label = "", sign = "", value = ""]) => [
      `${label}${sign.startsWith("!") ? "!~" : "=~"}"${sign.startsWith("!") ? "" : ".*"}"`,
      ...withoutEach(value.split("|"), "|").map((rest) => matcher.replace(value, rest)),
    ]),
    ...replaced(expr, /\bmax\(/g, () => ["sum(", "min("]),
    ...withoutEach(expr.split(" or "), " or "),
  ];
  return [
    ...[...new Set(exprs)].map((expr) => ({ what: expr, rule: { ...rule, expr } })),
    ...[0.5, 2].map((factor) => {
      const time = `${inSeconds(rule.for) * factor}s`;
      return { what: `for ${time}`, rule: { ...rule, for: time } };
    }),
  ];
}

/** Every text in which one match is exchanged for something else. */
function replaced(
  text: string,
  pattern: RegExp,
  others: (match: RegExpExecArray) => readonly string[],
): string[] {
  return [...text.matchAll(pattern)].flatMap((match) =>
    others(match).map((other) =>
      text.slice(0, match.index) + other + text.slice(match.index + match[0].length)
    )
  );
}

function twentieths(number: string): string[] {
  if (Number(number) === 0) return [];
  return [1 + TWENTIETH, 1 - TWENTIETH].map((factor) =>
    String(Number((Number(number) * factor).toPrecision(6)))
  );
}

function withoutEach(parts: readonly string[], separator: string): string[] {
  if (parts.length === 1) return [];
  return parts.map((_, i) => parts.toSpliced(i, 1).join(separator));
}

/** `1h` or `30s` in seconds. */
function inSeconds(time: string): number {
  return Number(time.slice(0, -1)) * { s: 1, m: 60, h: 3600 }[time.slice(-1) as "s" | "m" | "h"];
}

/** What `promtool test rules` reads to try the changes of one alert. */
export interface AlertTrial {
  readonly alert: string;
  /** Files of tests: of the alert as it is, and then one for each change of it. */
  readonly tests: readonly string[];
  /** All files, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** The first of a trial's tests. */
export const UNCHANGED = "unchanged.yml";

/** Characters of a file's name that say what is changed. */
const NAME_CHARS = 180;

/**
 * For each alert every change of it, with the tests of that alert alone.
 *
 * @param alerts a rules file in YAML
 * @param tests a file of `promtool test rules` in YAML
 */
export function alertTrials(alerts: string, tests: string): AlertTrial[] {
  const { groups } = parse(alerts) as { groups: { rules: Rule[] }[] };
  const all = parse(tests) as { tests: RuleTest[] };
  return groups.flatMap(({ rules }) => rules).map((rule) => {
    const own = all.tests.filter(({ alert_rule_test }) =>
      alert_rule_test.some(({ alertname }) => alertname === rule.alert)
    );
    // In between there is nothing new to evaluate; the tests of hours would take seconds.
    const evaluation_interval = own[0]?.interval;
    const trials = [
      { file: UNCHANGED, rule },
      ...changesOf(rule).map(({ what, rule }, i) => ({ file: fileName(i + 1, what), rule })),
    ];
    const files = trials.flatMap(({ file, rule }) => [
      [file, stringify({ rule_files: [`rules of ${file}`], evaluation_interval, tests: own })],
      [`rules of ${file}`, stringify({ groups: [{ name: "changed", rules: [rule] }] })],
    ]);
    return {
      alert: rule.alert,
      tests: trials.map(({ file }) => file),
      files: Object.fromEntries(files),
    };
  });
}

/** promtool tells no more of a test that passes. */
function fileName(number: number, what: string): string {
  return `${number} ${what.replaceAll(/[\s/]+/g, " ").trim().slice(-NAME_CHARS)}.yml`;
}
