import assert from "node:assert/strict";
import { countLines, fileSizes, longestFiles } from "./file_sizes.ts";

const file = (path: string, lines: number) => ({ path, text: "x\n".repeat(lines) });
const allow = (lines: number) => ({ lines, reason: "One table" });

Deno.test("countLines() takes a final line break as an end, not a beginning", () => {
  assert.equal(countLines("a\nb\n"), 2);
  assert.equal(countLines("a\nb"), 2);
});

Deno.test("fileSizes() takes 300 lines of code and refuses one more", () => {
  assert.deepEqual(fileSizes([file("a.ts", 300)], {}), []);
  assert.deepEqual(fileSizes([file("a.ts", 301)], {}), [
    { path: "a.ts", message: "Has 301 lines, at most 300" },
  ]);
});

Deno.test("fileSizes() leaves text alone", () => {
  assert.deepEqual(fileSizes([file("docs/guide.md", 900)], {}), []);
});

Deno.test("fileSizes() lets a file of the ratchet be as long as it is, not longer", () => {
  assert.deepEqual(fileSizes([file("a.ts", 400)], { "a.ts": allow(400) }), []);
  assert.equal(fileSizes([file("a.ts", 401)], { "a.ts": allow(400) }).length, 1);
});

Deno.test("fileSizes() refuses entries of the ratchet that are no longer needed", () => {
  const short = fileSizes([file("a.ts", 12)], { "a.ts": allow(400) });
  assert.match(short[0]?.message ?? "", /remove its entry/);
  const gone = fileSizes([], { "a.ts#decide": allow(90) });
  assert.equal(gone[0]?.path, "a.ts");
  assert.match(gone[0]?.message ?? "", /does not exist/);
});

Deno.test("longestFiles() names the longest first", () => {
  const files = [file("a.ts", 1), file("b.ts", 3), file("c.ts", 2), file("d.md", 9)];
  assert.deepEqual(longestFiles(files, 2), ["3 b.ts", "2 c.ts"]);
});
