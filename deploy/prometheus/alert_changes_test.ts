import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { alertTrials, changesOf, UNCHANGED } from "./alert_changes.ts";

const exprsOf = (expr: string) =>
  changesOf({ alert: "A", expr, for: "1m" }).flatMap(({ rule }) =>
    rule.for === "1m" ? rule.expr : []
  );

Deno.test("changesOf() moves each number a twentieth, and no time or name", () => {
  assert.deepEqual(exprsOf('rate(a2{b="3"}[5m]) / 4 > 0.1'), [
    'rate(a2{b="3"}[5m]) / 4.2 > 0.1',
    'rate(a2{b="3"}[5m]) / 3.8 > 0.1',
    'rate(a2{b="3"}[5m]) / 4 > 0.105',
    'rate(a2{b="3"}[5m]) / 4 > 0.095',
    'rate(a2{b=~".*"}[5m]) / 4 > 0.1',
  ]);
});

Deno.test("changesOf() leaves out causes and values, and counts nodes together", () => {
  assert.deepEqual(exprsOf('max(a) > 0 or b{c!~"d|e"} == 0'), [
    'max(a) >= 0 or b{c!~"d|e"} == 0',
    'max(a) > 1 or b{c!~"d|e"} == 0',
    'max(a) > 0 or b{c!~"d|e"} >= 0',
    'max(a) > 0 or b{c!~"d|e"} == 1',
    'max(a) > 0 or b{c!~""} == 0',
    'max(a) > 0 or b{c!~"e"} == 0',
    'max(a) > 0 or b{c!~"d"} == 0',
    'sum(a) > 0 or b{c!~"d|e"} == 0',
    'min(a) > 0 or b{c!~"d|e"} == 0',
    'b{c!~"d|e"} == 0',
    "max(a) > 0",
  ]);
});

Deno.test("changesOf() has an alert wait half as long, and twice", () => {
  const times = (time: string) =>
    changesOf({ alert: "A", expr: "a", for: time }).map(({ rule }) => rule.for);
  assert.deepEqual(times("5m"), ["150s", "600s"]);
  assert.deepEqual(times("1h"), ["1800s", "7200s"]);
});

Deno.test("alertTrials() has the tests of an alert alone, for it as it is and for each change", () => {
  const rules = ["A", "B"].map((alert) => ({ alert, expr: `${alert} > 2`, for: "1m" }));
  const tests = ["A", "B"].map((alertname) => ({
    interval: "4m",
    alert_rule_test: [{ alertname }],
  }));
  const trials = alertTrials(
    stringify({ groups: [{ rules }] }),
    stringify({ rule_files: ["alerts.yml"], evaluation_interval: "15s", tests }),
  );
  assert.deepEqual(trials.map(({ alert }) => alert), ["A", "B"]);
  const { tests: names, files } = trials[1]!;
  assert.deepEqual(names, [
    UNCHANGED,
    "1 B > 2.1.yml",
    "2 B > 1.9.yml",
    "3 for 30s.yml",
    "4 for 120s.yml",
  ]);
  const found = names.map((name) => {
    const { rule_files: [file = ""], ...test } = parse(files[name]!) as { rule_files: string[] };
    assert.deepEqual(test, { evaluation_interval: "4m", tests: [tests[1]] });
    return parse(files[file]!).groups[0].rules[0];
  });
  assert.deepEqual(found[0], rules[1]);
  assert.deepEqual(found[2], { ...rules[1], expr: "B > 1.9" });
});
