import assert from "node:assert/strict";
import { readDemoScript } from "./demo_directives.ts";

Deno.test("readDemoScript() reads every directive, and the rest as text", () => {
  const script = readDemoScript(
    'hello\n/call calculator {"expression":"6*7"}\n/call clock\r\n/say one\n/say two\n/tokens 3\n/slow 20\n/fail 1\nworld',
  );
  assert.deepEqual(script, {
    calls: [{ skill: "calculator", input: { expression: "6*7" } }, { skill: "clock", input: {} }],
    says: ["one", "two"],
    tokens: 3,
    slow_ms: 20,
    fails: 1,
    rest: "hello\nworld",
    problem: null,
  });
});

Deno.test("readDemoScript() takes paths and indented lines for text", () => {
  const text = "/etc/passwd is a file\n  /tokens 5";
  assert.equal(readDemoScript(text).rest, text);
  assert.equal(readDemoScript(text).problem, null);
});

Deno.test("readDemoScript() says what is wrong with the first bad directive", () => {
  const wrong: [string, RegExp][] = [
    ["/call", /wants a skill/],
    ["/call calculator {6*7}", /wants its input as JSON, found "\{6\*7\}"/],
    ["/tokens many", /wants a whole number up to 100000, found "many"/],
    ["/tokens 100001", /up to 100000/],
    ["/slow -1", /found "-1"/],
    ["/fail", /found ""/],
    ["/say", /wants a text/],
    ["/dance", /\/dance is no directive/],
  ];
  for (const [line, problem] of wrong) assert.match(readDemoScript(line).problem ?? "", problem);
});
