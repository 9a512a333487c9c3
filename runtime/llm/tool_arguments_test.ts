import assert from "node:assert/strict";
import { readCall } from "./tool_arguments.ts";

Deno.test("readCall() reads a JSON object", () => {
  assert.deepEqual(readCall("clock", '{"zone":"UTC"}'), {
    skill: "clock",
    input: { zone: "UTC" },
    problem: null,
  });
});

Deno.test("readCall() takes no text for an empty object", () => {
  assert.deepEqual(readCall("clock", " ").input, {});
});

Deno.test("readCall() says what is wrong and keeps what was written", () => {
  assert.deepEqual(readCall("clock", '{"zone":'), {
    skill: "clock",
    input: '{"zone":',
    problem: 'Input is not JSON: {"zone":',
  });
  assert.equal(readCall("clock", "[1]").problem, "Input is not a JSON object: [1]");
  assert.equal(readCall("clock", "null").problem, "Input is not a JSON object: null");
});
