/**
 * Counts a test run from the JUnit report that `deno test` writes.
 *
 * @module
 */

/** How a run ended. Tests that were left out count as neither. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

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
  return { passed, failed };
}

/**
 * The tally of a test run. A run that ends badly has at least one failure: the report leaves out
 * errors outside of tests, and a run that does not compile writes none.
 *
 * @param exitCode of `deno test`
 * @param xml its report; empty when it wrote none
 */
export function tallyTests(exitCode: number, xml: string): Tally {
  const { passed, failed } = readReport(xml);
  return { passed, failed: exitCode !== 0 ? Math.max(failed, 1) : failed };
}
