/**
 * A test that asserts nothing proves nothing.
 *
 * @module
 */
import { localImports } from "./imports.ts";
import type { Fault, SourceFile } from "./source_file.ts";

const ASSERTS = /^import .*"node:assert\/strict";$/m;

/** Files whose functions assert on behalf of the test that calls them. */
const SUITE = /(^|\/|_)(contract|scenario|rehearsal)\.ts$/;

/** Rule: each test file asserts, by itself or through a contract suite, a scenario or a rehearsal. */
export function testAssertions(files: readonly SourceFile[]): Fault[] {
  return files
    .filter(({ path }) => path.endsWith("_test.ts"))
    .filter((file) =>
      !ASSERTS.test(file.text) &&
      !localImports(file).some(({ path, typeOnly }) => SUITE.test(path) && !typeOnly)
    )
    .map(({ path }) => ({
      path,
      message:
        "Asserts nothing, wanted node:assert/strict, a contract suite, a scenario or a rehearsal",
    }));
}
