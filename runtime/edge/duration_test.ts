import assert from "node:assert/strict";
import { parseDuration } from "./duration.ts";

Deno.test("parseDuration() reads milliseconds, seconds, minutes, hours and plain seconds", () => {
  const cases = {
    "500ms": 500,
    "30s": 30_000,
    "2m": 120_000,
    "1h": 3_600_000,
    "30": 30_000,
    "1.5s": 1500,
    "0": 0,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseDuration(text), ms, text);
});

Deno.test("parseDuration() rounds up to a whole millisecond", () => {
  assert.equal(parseDuration("0.5ms"), 1);
});
