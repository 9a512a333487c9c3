import assert from "node:assert/strict";
import { readReport, tallyTests } from "./test_report.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="9" failures="2" errors="0" time="0.144">
    <testsuite name="./a_test.ts" tests="7" disabled="1" errors="0" failures="2">
        <testcase name="tests=&quot;5&quot;" classname="./a_test.ts" time="0.003" line="4" col="6">
            <failure message="Bad">&lt;testsuite tests=&quot;5&quot;&gt;</failure>
        </testcase>
        <testcase name="a &lt;b&gt; &amp;amp; it&#39;s &quot;c&quot; (passed over: why)" classname="./a_test.ts" line="1">
            <skipped/>
        </testcase>
    </testsuite>
    <testsuite name="./b_test.ts" tests="2" disabled="0" errors="0" failures="0">
    </testsuite>
</testsuites>
`;

const ignored = [`a <b> &amp; it's "c" (passed over: why)`];

Deno.test("readReport() sums the suites and names ignored tests", () => {
  assert.deepEqual(readReport(REPORT), { passed: 6, failed: 2, ignored });
});

Deno.test("tallyTests() counts a failure when the run broke outside of its tests", () => {
  assert.deepEqual(tallyTests(1, ""), { passed: 0, failed: 1, ignored: [] });
  const sound = REPORT.replaceAll('failures="2"', 'failures="0"');
  assert.deepEqual(tallyTests(1, sound), { passed: 8, failed: 1, ignored });
  assert.deepEqual(tallyTests(0, sound), { passed: 8, failed: 0, ignored });
});

Deno.test("tallyTests() keeps the report's failures when there are some", () => {
  assert.deepEqual(tallyTests(1, REPORT), { passed: 6, failed: 2, ignored });
});
