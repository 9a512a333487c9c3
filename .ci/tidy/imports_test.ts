import assert from "node:assert/strict";
import { localImports } from "./imports.ts";

function pathsOf(...lines: string[]): string[] {
  return localImports({ path: "runtime/engine/a.ts", text: lines.join("\n") })
    .map(({ path, typeOnly }) => typeOnly ? `type ${path}` : path);
}

Deno.test("localImports() finds every form of import", () => {
  assert.deepEqual(
    pathsOf(
      'import one from "./one.ts";',
      'import { two, type Two } from "../two.ts";',
      "import {",
      "  three,",
      '} from "./three.ts";',
      'import four, { five } from "./four.ts";',
      'import * as six from "./six.ts";',
      'import "./seven.ts";',
      'import eight from "./eight.json" with { type: "json" };',
      'export * from "./nine.ts";',
      'export * as ten from "./ten.ts";',
      'export { eleven } from "./eleven.ts";',
      'const twelve = await import("./twelve.ts");',
    ),
    [
      ...["one", "two", "three", "four", "six", "seven", "eight"],
      ...["nine", "ten", "eleven", "twelve"],
    ].map((name) =>
      name === "two"
        ? "runtime/two.ts"
        : `runtime/engine/${name}.${name === "eight" ? "json" : "ts"}`
    ),
  );
});

Deno.test("localImports() tells types from values", () => {
  assert.deepEqual(
    pathsOf(
      'import type { One } from "./one.ts";',
      'export type { Two } from "./two.ts";',
      'export type * from "./three.ts";',
      'import { type Four } from "./four.ts";',
    ),
    [
      "type runtime/engine/one.ts",
      "type runtime/engine/two.ts",
      "type runtime/engine/three.ts",
      "runtime/engine/four.ts",
    ],
  );
});

Deno.test("localImports() leaves out packages, comments and other exports", () => {
  assert.deepEqual(
    pathsOf(
      'import { z } from "zod";',
      'import assert from "node:assert/strict";',
      ' * import { a } from "./example.ts";',
      '// import { b } from "./gone.ts";',
      'export const path = "./text.ts";',
      "export interface A {",
      "  /** Taken from */",
      '  readonly a: "./value.ts";',
      "}",
    ),
    [],
  );
});

Deno.test("localImports() counts lines from 1", () => {
  const [only] = localImports({ path: "a.ts", text: '\n\nimport "./b.ts";' });
  assert.equal(only?.line, 3);
});
