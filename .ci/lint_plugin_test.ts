import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { functionSize } from "./lint/function_size.ts";
import plugin from "./lint_plugin.ts";

/** What a rule says about a source, as the text that it points at. */
function reports(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source)
    .filter(({ id }) => id === `synapse/${rule}`)
    .map(({ range }) => source.slice(...range));
}

Deno.test("no-ambient refuses each way to the world", () => {
  for (
    const source of [
      "Date.now()",
      "new Date()",
      "performance.now()",
      "setTimeout(f, 1)",
      "globalThis.setInterval",
      "AbortSignal.timeout(1)",
      "Math.random()",
      "crypto.randomUUID()",
      "globalThis.crypto.getRandomValues(bytes)",
      'Deno.env.get("HOME")',
      "process.env",
      'import { setTimeout } from "node:timers/promises";',
    ]
  ) assert.equal(reports("no-ambient", "runtime/engine/a.ts", source).length, 1, source);
});

Deno.test("no-ambient refuses a function that is handed on, not only called", () => {
  assert.deepEqual(reports("no-ambient", "actors/a.ts", "f(Date.now)"), ["Date.now"]);
});

Deno.test("no-ambient lets arguments and dates of a given time be", () => {
  for (
    const source of [
      "clock.now()",
      "new Date(at)",
      "entropy.random()",
      "timers.setTimeout(f)",
      'crypto.subtle.digest("SHA-256", bytes)',
      "Deno.readFile(path)",
      'table["Date"].now',
    ]
  ) assert.deepEqual(reports("no-ambient", "runtime/engine/a.ts", source), [], source);
});

Deno.test("no-ambient knows the shell from the rest", () => {
  const says = (path: string) => reports("no-ambient", path, "Date.now()").length > 0;
  for (
    const path of [
      "runtime/clock.ts",
      "runtime/entropy.ts",
      "runtime/main.ts",
      "runtime/config.ts",
      "runtime/cli/chat.ts",
      "runtime/engine/node_test.ts",
      "runtime/journal/contract.ts",
      "skills/clock.ts",
      "bench/turns.ts",
      ".ci/check.ts",
    ]
  ) assert.ok(!says(path), path);
  for (const path of ["runtime/compose.ts", "runtime/llm/demo.ts", "skills/skill.ts"]) {
    assert.ok(says(path), path);
  }
});

Deno.test("no-ambient finds the path when Deno names the file in full", () => {
  const root = fileURLToPath(new URL("../", import.meta.url));
  assert.equal(reports("no-ambient", `${root}runtime/clock.ts`, "Date.now()").length, 0);
  assert.equal(reports("no-ambient", `${root}runtime/node.ts`, "Date.now()").length, 1);
});

Deno.test("no-plain-error refuses errors without a code in runtime/ and actors/", () => {
  for (const source of ['throw new Error("a")', 'throw Error("a")', 'new TypeError("a")']) {
    assert.equal(reports("no-plain-error", "runtime/a.ts", source).length, 1, source);
    assert.equal(reports("no-plain-error", "actors/a.ts", source).length, 1, source);
  }
});

Deno.test("no-plain-error lets coded errors, subclasses, skills and tests be", () => {
  const plain = 'throw new Error("a")';
  assert.deepEqual(
    reports("no-plain-error", "runtime/a.ts", 'new SynapseError("fenced", "A")'),
    [],
  );
  assert.deepEqual(reports("no-plain-error", "runtime/a.ts", "class A extends Error {}"), []);
  assert.deepEqual(reports("no-plain-error", "skills/skill.ts", plain), []);
  assert.deepEqual(reports("no-plain-error", "runtime/a_test.ts", plain), []);
});

const statements = (count: number) => "a();\n".repeat(count);

Deno.test("function-size takes 70 lines and refuses one more, in every form of function", () => {
  for (
    const [head, tail] of [
      ["function f() {", "}"],
      ["const f = () => {", "};"],
      ["const o = { f() {", "} };"],
      ["class A { f() {", "} }"],
    ]
  ) {
    const source = (lines: number) => `${head}\n${statements(lines - 2)}${tail}`;
    assert.deepEqual(reports("function-size", "a.ts", source(70)), [], head);
    assert.equal(reports("function-size", "a.ts", source(71)).length, 1, head);
  }
});

Deno.test("function-size counts the lines of an inner function once", () => {
  const inner = `const g = () => {\n${statements(48)}};\n`;
  assert.deepEqual(reports("function-size", "a.ts", `function f() {\n${inner}${inner}}`), []);
  const outer = `function f() {\n${inner}${statements(70)}}`;
  assert.deepEqual(reports("function-size", "a.ts", outer), [outer]);
});

Deno.test("function-size follows the ratchet and refuses a stale entry", () => {
  const ratchet = { "a.ts#f": { lines: 80, reason: "One table" } };
  const strict = { name: "synapse", rules: { "function-size": functionSize(ratchet) } };
  const messages = (lines: number) =>
    Deno.lint.runPlugin(strict, "a.ts", `function f() {\n${statements(lines - 2)}}`)
      .map(({ message }) => message);
  assert.deepEqual(messages(80), []);
  assert.deepEqual(messages(81), ["Function f has 81 lines, at most 80"]);
  assert.deepEqual(messages(70), ["Function f needs no entry in the ratchet"]);
});
