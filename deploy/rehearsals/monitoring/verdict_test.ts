import assert from "node:assert/strict";
import { type ActiveAlert, fires, isFine, type Outcome, outcomeLine, unseen } from "./verdict.ts";

const FINE: Outcome = {
  cause: "Redis is stopped",
  expected: { name: "DependencyDown", labels: { job: "redis" } },
  early: false,
  fired_ms: 2500,
  ended_ms: 1040,
  endless: null,
};

const FAULTS: readonly Partial<Outcome>[] = [{ early: true }, { fired_ms: null }, {
  ended_ms: null,
}];

Deno.test("fires() wants the alert's name, its state and the labels that are named", () => {
  const alert = (state: ActiveAlert["state"], job: string) =>
    ({ name: "DependencyDown", labels: { job, instance: "x" }, state }) as const;
  const { expected } = FINE;
  assert.equal(fires([alert("firing", "redis")], expected), true);
  assert.equal(fires([alert("pending", "redis")], expected), false);
  assert.equal(fires([alert("firing", "postgres")], expected), false);
  assert.equal(fires([alert("firing", "redis")], { name: "DependencyDown" }), true);
  assert.equal(fires([alert("firing", "redis")], { name: "SynapseDown" }), false);
  assert.equal(fires([], expected), false);
});

Deno.test("isFine() takes nothing for granted", () => {
  assert.equal(isFine(FINE), true);
  for (const fault of FAULTS) assert.equal(isFine({ ...FINE, ...fault }), false);
  assert.equal(isFine({ ...FINE, ended_ms: null, endless: "it takes an hour" }), true);
});

Deno.test("unseen() names the alerts without a cause that made them fire", () => {
  const alerts = ["DependencyDown", "SynapseDown"];
  assert.deepEqual(unseen(alerts, [FINE]), ["SynapseDown"]);
  for (const fault of FAULTS) assert.deepEqual(unseen(alerts, [{ ...FINE, ...fault }]), alerts);
});

Deno.test("outcomeLine() says what happened, and when", () => {
  assert.deepEqual([FINE, ...FAULTS.map((fault) => ({ ...FINE, ...fault }))].map(outcomeLine), [
    "ok     DependencyDown{job=redis}: Redis is stopped: fired after 2.5 s, ended after 1.0 s",
    "FAILED DependencyDown{job=redis}: Redis is stopped: fired before its cause was there, ended after 1.0 s",
    "FAILED DependencyDown{job=redis}: Redis is stopped: did not fire",
    "FAILED DependencyDown{job=redis}: Redis is stopped: fired after 2.5 s; did not end",
  ]);
});
