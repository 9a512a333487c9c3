import assert from "node:assert/strict";
import { errorPages } from "./error_pages.ts";

const page = (code: string, text: string) => ({ path: `docs/errors/${code}.md`, text });
const whole = "# fenced\n\n## What happened\n\nA.\n\n## What to do\n\nB.\n";

Deno.test("errorPages() takes a page with both sections", () => {
  assert.deepEqual(errorPages([page("fenced", whole)], ["fenced"]), []);
});

Deno.test("errorPages() refuses a code without a page, once even if two tables have it", () => {
  assert.deepEqual(errorPages([], ["fenced", "fenced"]), [
    { path: "docs/errors/fenced.md", message: "Is missing: code fenced needs it" },
  ]);
});

Deno.test("errorPages() refuses a page without a code", () => {
  const faults = errorPages([page("fenced", whole)], []);
  assert.deepEqual(faults.map(({ message }) => message), ["There is no error code fenced"]);
});

Deno.test("errorPages() refuses a page of another title", () => {
  const faults = errorPages([page("fenced", whole.replace("# fenced", "# fence"))], ["fenced"]);
  assert.match(faults[0]?.message ?? "", /Wanted the title "# fenced"/);
});

Deno.test("errorPages() refuses a section that is missing or empty", () => {
  const missing = whole.replace("## What to do", "## Remedy");
  const empty = whole.replace("A.\n\n", "");
  for (const text of [missing, empty, whole.replace("B.\n", "")]) {
    const faults = errorPages([page("fenced", text)], ["fenced"]);
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.message ?? "", /Wanted a section/);
  }
});
