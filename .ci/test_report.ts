/**
 * Counts a test run from the JUnit report that `deno test` writes.
 *
 * @module
 */

/** How a run ended. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Names of tests that did not run, and count as neither. */
  readonly ignored: readonly string[];
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** Sums the suites of a JUnit report. Steps of a test count as tests of their own. */
export function readReport(xml: string): Tally {
  let passed = 0;
  let failed = 0;
  for (const [, attributes = ""] of xml.matchAll(/<testsuite ([^>]*)>/g)) {
    const count = (name: string) =>
      Number(new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
    const bad = count("failures") + count("errors");
    failed += bad;
    passed += count("tests") - bad - count("disabled");
  }
  const skipped = xml.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped\b/g);
  return { passed, failed, ignored: [...skipped].map(([, name = ""]) => unescape(name)) };
}

function unescape(text: string): string {
  const numbered = text.replaceAll(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
  return numbered.replaceAll(/&(\w+);/g, (all, name) => CHARACTERS[name] ?? all);
}

/**
 * The tally of a test run. A run that ends badly has at least one failure: the report leaves out
 * errors outside of tests, and a run that does not compile writes none.
 *
 * @param exitCode of `deno test`
 * @param xml its report; empty when it wrote none
 */
export function tallyTests(exitCode: number, xml: string): Tally {
  const report = readReport(xml);
  return exitCode === 0 ? report : { ...report, failed: Math.max(report.failed, 1) };
}
